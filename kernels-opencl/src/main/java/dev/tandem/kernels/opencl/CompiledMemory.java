package dev.tandem.kernels.opencl;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.kernels.opencl.plan.PlannedBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jocl.CL;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/**
 * Everything that one executable holds on the device; closing it gives all back. Several threads
 * may ask for filled buffers at once.
 */
final class CompiledMemory implements AutoCloseable {
  private static final int PAGE = 4096;

  private final ClContext cl;
  private final Deque<Runnable> undo = new ArrayDeque<>();
  private final List<cl_kernel> kernels = new ArrayList<>();

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

  /** A buffer with its contents. */
  cl_mem filled(PlannedBuffer b, Weights weights) {
    FilledBuffer made = FilledBuffer.of(cl, b, weights);
    undo(made::close);
    return made.memory();
  }

  /** A weight, which others may read as well. */
  cl_mem shared(WeightPool pool, PlannedBuffer b, Weights weights) {
    WeightPool.Use use = pool.take(weights, b, () -> FilledBuffer.of(cl, b, weights));
    undo(use.end());
    return use.buffer().memory();
  }

  /** A weight in the memory that its source has it in, which the device reads there. */
  cl_mem inPlace(String purpose, Tensor weight) {
    return owned(cl.reading(purpose, weight.data()), weight.data().byteSize());
  }

  /** The same, where so much of it is in memory at one time that others account for it. */
  cl_mem passing(String purpose, Tensor weight) {
    cl_mem m = cl.passing(purpose, weight.data());
    undo(() -> CL.clReleaseMemObject(m));
    return m;
  }

  /** Memory that weights go through: of the host alone, or of host and device. */
  @SuppressWarnings("MustBeClosedChecker") // close() does, after the buffer around it
  SharedBuffer staging(String purpose, long bytes, boolean around) {
    Arena arena = Arena.ofShared();
    undo(arena::close);
    MemorySegment host = arena.allocate(bytes, PAGE);
    cl_mem device = around ? cl.around(purpose, host) : cl.allocate(purpose, bytes);
    return new SharedBuffer(owned(device, bytes), host, around);
  }

  /** Notes that host memory takes its share of what the device may use. */
  void reserve(String purpose, long bytes) {
    cl.budget().take(purpose, bytes);
    undo(() -> cl.budget().giveBack(bytes));
  }

  private synchronized void undo(Runnable r) {
    undo.push(r);
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

  private cl_mem owned(cl_mem m, long bytes) {
    undo(() -> cl.release(m, bytes));
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
