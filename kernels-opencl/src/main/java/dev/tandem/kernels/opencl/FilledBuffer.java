package dev.tandem.kernels.opencl;

import dev.tandem.devices.Weights;
import dev.tandem.kernels.opencl.plan.Contents;
import dev.tandem.kernels.opencl.plan.PlannedBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jocl.cl_mem;

/** A buffer with its contents, and what it lies in. */
final class FilledBuffer implements AutoCloseable {
  private static final int CACHE_LINE = 64;

  private final ClContext cl;
  private final cl_mem memory;
  private final long bytes;
  private final Runnable after;

  private FilledBuffer(ClContext cl, cl_mem memory, long bytes, Runnable after) {
    this.cl = cl;
    this.memory = memory;
    this.bytes = bytes;
    this.after = after;
  }

  /**
   * Given to the driver with the buffer, not written by a queue: Intel's runtime for processors may
   * run kernels of another queue before such a write, though it waited. A processor's buffer lies
   * around host memory, so that nothing is copied.
   */
  @SuppressWarnings("MustBeClosedChecker") // close() does, after the buffer around it
  static FilledBuffer of(ClContext cl, PlannedBuffer b, Weights weights) {
    Contents contents = b.contents().orElseThrow();
    if (!cl.device().isCpu()) {
      try (Arena staging = Arena.ofConfined()) {
        MemorySegment host = staging.allocate(b.bytes(), CACHE_LINE);
        contents.write(weights, host);
        return new FilledBuffer(cl, cl.copyOf(b.purpose(), host), b.bytes(), () -> {});
      }
    }
    Arena arena = Arena.ofShared();
    try {
      MemorySegment host = arena.allocate(b.bytes(), CACHE_LINE);
      contents.write(weights, host);
      return new FilledBuffer(cl, cl.around(b.purpose(), host), b.bytes(), arena::close);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  cl_mem memory() {
    return memory;
  }

  @Override
  public void close() {
    cl.release(memory, bytes);
    after.run();
  }
}
