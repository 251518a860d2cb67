package dev.tandem.kernels.opencl;

import dev.tandem.devices.Executable.MemoryUse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jocl.CL;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/** Everything that one executable holds on the device; closing it gives all back. */
final class CompiledMemory implements AutoCloseable {
  private final ClContext cl;
  private final Deque<Runnable> undo = new ArrayDeque<>();
  private final List<cl_kernel> kernels = new ArrayList<>();
  private CallerMemory caller;
  private WeightStore weights;
  private long arenaBytes;
  private long scratchBytes;

  CompiledMemory(ClContext cl) {
    this.cl = cl;
  }

  CallerMemory own(CallerMemory c) {
    caller = c;
    undo.push(c::close);
    return c;
  }

  WeightStore own(WeightStore w) {
    weights = w;
    undo.push(w::close);
    return w;
  }

  void own(List<cl_kernel> made) {
    kernels.addAll(made);
  }

  cl_mem arena(String purpose, long bytes) {
    arenaBytes = bytes;
    return allocate(purpose, bytes);
  }

  cl_mem scratch(String purpose, long bytes) {
    scratchBytes += bytes;
    return allocate(purpose, bytes);
  }

  private cl_mem allocate(String purpose, long bytes) {
    cl_mem m = cl.allocate(purpose, bytes);
    undo.push(() -> cl.release(m, bytes));
    return m;
  }

  CallerMemory caller() {
    return caller;
  }

  MemoryUse use() {
    return new MemoryUse(arenaBytes + caller.bytes(), weights.bytes(), scratchBytes);
  }

  @Override
  public void close() {
    kernels.forEach(CL::clReleaseKernel);
    kernels.clear();
    undo.forEach(Runnable::run);
    undo.clear();
  }
}
