package dev.tandem.kernels.opencl;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jocl.CL;
import org.jocl.cl_command_queue;
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
  void toDevice(cl_command_queue queue, boolean written) {
    if (mapped && view != null) {
      CL.clEnqueueUnmapMemObject(queue, memory, view, 0, null, null);
      view = null;
    } else if (!mapped && written) {
      CL.clEnqueueWriteBuffer(
          queue, memory, false, offset, host.byteSize(), ClContext.pointer(host), 0, null, null);
    }
  }

  /** Hands the region to the caller once the queue has come so far; does not wait. */
  void toHost(cl_command_queue queue, boolean read) {
    if (mapped) {
      view =
          CL.clEnqueueMapBuffer(
              queue,
              memory,
              false,
              CL.CL_MAP_READ | CL.CL_MAP_WRITE,
              offset,
              host.byteSize(),
              0,
              null,
              null,
              null);
    } else if (read) {
      CL.clEnqueueReadBuffer(
          queue, memory, false, offset, host.byteSize(), ClContext.pointer(host), 0, null, null);
    }
  }
}
