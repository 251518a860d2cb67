package dev.tandem.kernels.opencl;

import dev.tandem.devices.Weights;
import dev.tandem.kernels.opencl.plan.Contents;
import dev.tandem.kernels.opencl.plan.PlannedBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jocl.CL;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/**
 * Everything that one executable holds on the device; closing it gives all back. Several threads
 * may ask for filled buffers at once.
 */
final class CompiledMemory implements AutoCloseable {
  private static final int PAGE = 4096;
  private static final int CACHE_LINE = 64;

  private final ClContext cl;
  private final Deque<Runnable> undo = new ArrayDeque<>();
  private final List<cl_kernel> kernels = new ArrayList<>();
  private Optional<Arena> inPlace = Optional.empty();

  CompiledMemory(ClContext cl) {
    this.cl = cl;
  }

  /** Releases a kernel, too, in the end. */
  void own(cl_kernel kernel) {
    kernels.add(kernel);
  }

  /** Device memory, uninitialised. */
  cl_mem allocate(String purpose, long bytes) {
    return owned(cl.allocate(purpose, bytes), bytes);
  }

  /**
   * A buffer with its contents. Given to the driver with the buffer, not written by a queue:
   * Intel's runtime for processors may run kernels of another queue before such a write, though it
   * waited.
   */
  cl_mem filled(PlannedBuffer b, Weights weights) {
    Contents contents = b.contents().orElseThrow();
    if (cl.device().isCpu()) {
      MemorySegment host = inPlace().allocate(b.bytes(), CACHE_LINE);
      contents.write(weights, host);
      return owned(cl.around(b.purpose(), host), b.bytes());
    }
    try (Arena staging = Arena.ofConfined()) {
      MemorySegment host = staging.allocate(b.bytes(), CACHE_LINE);
      contents.write(weights, host);
      return owned(cl.copyOf(b.purpose(), host), b.bytes());
    }
  }

  /** Host memory that a processor's buffers lie around, so that nothing is copied. */
  @SuppressWarnings("MustBeClosedChecker") // close() does, after the buffers around it
  private synchronized Arena inPlace() {
    if (inPlace.isEmpty()) {
      Arena arena = Arena.ofShared();
      undo.push(arena::close);
      inPlace = Optional.of(arena);
    }
    return inPlace.get();
  }

  /**
   * A buffer that the caller reads and writes. Mapped, it begins at a page and is a multiple of 64
   * bytes long, which Intel's graphics need to copy nothing.
   */
  SharedBuffer shared(String purpose, long bytes, boolean mapped) {
    return mapped ? around(purpose, bytes) : beside(purpose, bytes);
  }

  @SuppressWarnings("MustBeClosedChecker") // close() does, after the buffer around it
  private SharedBuffer around(String purpose, long bytes) {
    long whole = SharedBuffer.mappedBytes(bytes);
    cl.require(purpose, whole);
    Arena arena = Arena.ofShared();
    undo.push(arena::close);
    MemorySegment host = arena.allocate(whole, Math.max(PAGE, cl.device().addressAlign()));
    cl_mem m = owned(cl.around(purpose, host), whole);
    return new SharedBuffer(m, host.asSlice(0, bytes), true);
  }

  private SharedBuffer beside(String purpose, long bytes) {
    cl_mem device = allocate(purpose, bytes);
    cl_mem pinned = owned(cl.pinned("the host's side of " + purpose, bytes), bytes);
    MemorySegment view = cl.map(pinned, bytes);
    undo.push(() -> cl.unmap(pinned, view));
    return new SharedBuffer(device, view, false);
  }

  private synchronized cl_mem owned(cl_mem m, long bytes) {
    undo.push(() -> cl.release(m, bytes));
    return m;
  }

  @Override
  public void close() {
    kernels.forEach(CL::clReleaseKernel);
    kernels.clear();
    undo.forEach(Runnable::run);
    undo.clear();
  }
}
