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

  cl_mem device() {
    return device;
  }

  MemorySegment host() {
    return host;
  }

  /** Hands the buffer to the device, with what the caller wrote if {@code written}. */
  void toDevice(cl_command_queue queue, boolean written, RunEvents events) {
    long bytes = host.byteSize();
    if (mapped && view != null) {
      cl_event event = events.transfer(OpSpans.Direction.UNMAP, bytes);
      CL.clEnqueueUnmapMemObject(queue, device, view, 0, null, event);
      view = null;
    } else if (!mapped && written) {
      cl_event event = events.transfer(OpSpans.Direction.UPLOAD, bytes);
      CL.clEnqueueWriteBuffer(
          queue, device, true, 0, bytes, ClContext.pointer(host), 0, null, event);
    }
  }

  /** Hands the buffer to the caller once the queue has come so far; a mapping does not wait. */
  void toHost(cl_command_queue queue, boolean read, RunEvents events) {
    long bytes = host.byteSize();
    if (mapped) {
      cl_event event = events.transfer(OpSpans.Direction.MAP, bytes);
      long flags = CL.CL_MAP_READ | CL.CL_MAP_WRITE;
      view = CL.clEnqueueMapBuffer(queue, device, false, flags, 0, bytes, 0, null, event, null);
    } else if (read) {
      cl_event event = events.transfer(OpSpans.Direction.DOWNLOAD, bytes);
      CL.clEnqueueReadBuffer(
          queue, device, true, 0, bytes, ClContext.pointer(host), 0, null, event);
    }
  }
}
