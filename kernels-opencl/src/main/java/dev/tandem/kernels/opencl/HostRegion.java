package dev.tandem.kernels.opencl;

import dev.tandem.devices.OpSpans;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jocl.CL;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;
import org.jocl.cl_mem;

/**
 * A piece of a buffer that the caller reads and writes between runs. Where host and device share
 * memory it is mapped: the caller's memory is the device's, and nothing is copied. Elsewhere it is
 * copied between the caller's memory and the device's.
 */
final class HostRegion {
  private final cl_mem memory;
  private final long offset;
  private final MemorySegment host;
  private final boolean mapped;
  private ByteBuffer view;

  /**
   * @param host the caller's memory; if {@code mapped}, the very memory that the buffer was made
   *     around, from {@code offset} on
   */
  HostRegion(cl_mem memory, long offset, MemorySegment host, boolean mapped) {
    this.memory = memory;
    this.offset = offset;
    this.host = host;
    this.mapped = mapped;
  }

  MemorySegment host() {
    return host;
  }

  /** Hands the region to the device, with what the caller wrote if {@code written}. */
  void toDevice(cl_command_queue queue, boolean written, RunEvents events) {
    long bytes = host.byteSize();
    if (mapped && view != null) {
      cl_event event = events.transfer(OpSpans.Direction.UNMAP, bytes);
      CL.clEnqueueUnmapMemObject(queue, memory, view, 0, null, event);
      view = null;
    } else if (!mapped && written) {
      cl_event event = events.transfer(OpSpans.Direction.UPLOAD, bytes);
      CL.clEnqueueWriteBuffer(
          queue, memory, false, offset, bytes, ClContext.pointer(host), 0, null, event);
    }
  }

  /** Hands the region to the caller once the queue has come so far; does not wait. */
  void toHost(cl_command_queue queue, boolean read, RunEvents events) {
    long bytes = host.byteSize();
    if (mapped) {
      cl_event event = events.transfer(OpSpans.Direction.MAP, bytes);
      long flags = CL.CL_MAP_READ | CL.CL_MAP_WRITE;
      view =
          CL.clEnqueueMapBuffer(queue, memory, false, flags, offset, bytes, 0, null, event, null);
    } else if (read) {
      cl_event event = events.transfer(OpSpans.Direction.DOWNLOAD, bytes);
      CL.clEnqueueReadBuffer(
          queue, memory, false, offset, bytes, ClContext.pointer(host), 0, null, event);
    }
  }
}
