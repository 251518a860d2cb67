package dev.tandem.kernels.opencl;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;
import org.jocl.cl_mem;

/**
 * {@code clEnqueueUnmapMemObject} without JOCL's own: that one has another thread wait for the
 * command and release its event, at any time, even after the context is gone. It would keep the
 * view's memory from the garbage collector, which a mapping's memory needs not: it is the driver's.
 */
final class JoclUnmap {
  private static final MethodHandle NATIVE = nativeMethod();

  private JoclUnmap() {}

  private static MethodHandle nativeMethod() {
    MethodType type =
        MethodType.methodType(
            int.class,
            cl_command_queue.class,
            cl_mem.class,
            ByteBuffer.class,
            int.class,
            cl_event[].class,
            cl_event.class);
    try {
      return MethodHandles.privateLookupIn(CL.class, MethodHandles.lookup())
          .findStatic(CL.class, "clEnqueueUnmapMemObjectNative", type);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("another JOCL than " + JoclLibrary.NAME + ": " + e.getMessage(), e);
    }
  }

  /**
   * Enqueues the command.
   *
   * @param event what times it; null if nobody asks, as JOCL has it
   * @throws CLException if the driver refuses it
   */
  static void enqueue(cl_command_queue queue, cl_mem memory, ByteBuffer view, cl_event event) {
    int status;
    try {
      status = (int) NATIVE.invokeExact(queue, memory, view, 0, (cl_event[]) null, event);
    } catch (Throwable e) {
      throw new IllegalStateException("clEnqueueUnmapMemObject", e); // it declares none
    }
    if (status != CL.CL_SUCCESS) {
      throw new CLException(CL.stringFor_errorCode(status), status);
    }
  }
}
