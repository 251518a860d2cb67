package dev.tandem.kernels.opencl;

import dev.tandem.devices.OpSpans;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jocl.CL;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;
import org.jocl.cl_mem;

/**
 * A buffer that the caller reads and writes between runs. Where host and device share memory it is
 * mapped: the caller's memory is the device's, and nothing is copied. Elsewhere it is copied
 * between pinned memory of the caller and the device's. Copies wait for their end: JOCL hands each
 * copy that does not to a thread of its own, which costs more than the wait of a short copy.
 */
final class SharedBuffer {
  private static final int CACHE_LINE = 64;

  private final cl_mem device;
  private final MemorySegment host;
  private final boolean mapped;
  private ByteBuffer view;

  /**
   * @param host the caller's memory; if {@code mapped}, the very memory that the buffer was made
   *     around
   */
  SharedBuffer(cl_mem device, MemorySegment host, boolean mapped) {
    this.device = device;
    this.host = host;
    this.mapped = mapped;
  }

  /** What a mapped buffer takes: whole cache lines. */
  static long mappedBytes(long bytes) {
    return (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
  }

  cl_mem device() {
    return device;
  }

  MemorySegment host() {
    return host;
  }

  /** Hands the buffer to the device, with what the caller wrote if {@code written}. */
  void toDevice(cl_command_queue queue, boolean written, RunTimes times) {
    long bytes = host.byteSize();
    if (mapped && view != null) {
      times.transfer(
          queue,
          OpSpans.Direction.UNMAP,
          bytes,
          event -> JoclUnmap.enqueue(queue, device, view, event));
      view = null;
    } else if (!mapped && written) {
      times.transfer(
          queue,
          OpSpans.Direction.UPLOAD,
          bytes,
          event ->
              CL.clEnqueueWriteBuffer(
                  queue, device, true, 0, bytes, ClContext.pointer(host), 0, null, event));
    }
  }

  /**
   * Hands the buffer to the caller once the queue has come so far. A mapping waits, too: for one
   * that does not, JOCL keeps a thread that may release its event after the context is gone.
   */
  void toHost(cl_command_queue queue, boolean read, RunTimes times) {
    long bytes = host.byteSize();
    if (mapped) {
      times.transfer(queue, OpSpans.Direction.MAP, bytes, event -> view = map(queue, event));
    } else if (read) {
      times.transfer(
          queue,
          OpSpans.Direction.DOWNLOAD,
          bytes,
          event ->
              CL.clEnqueueReadBuffer(
                  queue, device, true, 0, bytes, ClContext.pointer(host), 0, null, event));
    }
  }

  private ByteBuffer map(cl_command_queue queue, cl_event event) {
    long flags = CL.CL_MAP_READ | CL.CL_MAP_WRITE;
    return CL.clEnqueueMapBuffer(
        queue, device, true, flags, 0, host.byteSize(), 0, null, event, null);
  }
}
