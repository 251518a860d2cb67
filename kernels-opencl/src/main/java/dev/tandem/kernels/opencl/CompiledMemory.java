package dev.tandem.kernels.opencl;

import dev.tandem.devices.Executable.MemoryUse;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jocl.CL;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/**
 * Everything that one executable holds on the device; closing it gives all back. It can also only
 * count: buffers are then handles of nothing, and no kernel may be given one. Several threads may
 * ask for weights at once.
 */
final class CompiledMemory implements AutoCloseable {
  private static final int PAGE = 4096;
  private static final int CACHE_LINE = 64;

  private final ClContext cl;
  private final boolean real;
  private final Deque<Runnable> undo = new ArrayDeque<>();
  private final List<cl_kernel> kernels = new ArrayList<>();
  private Optional<Arena> inPlace = Optional.empty();
  private long arenaBytes;
  private long weightBytes;
  private long scratchBytes;
  private long largest;

  private CompiledMemory(ClContext cl, boolean real) {
    this.cl = cl;
    this.real = real;
  }

  static CompiledMemory on(ClContext cl) {
    return new CompiledMemory(cl, true);
  }

  static CompiledMemory counted(ClContext cl) {
    return new CompiledMemory(cl, false);
  }

  /** True if there is memory behind the buffers. */
  boolean real() {
    return real;
  }

  void own(List<cl_kernel> made) {
    kernels.addAll(made);
  }

  cl_mem arena(String purpose, long bytes) {
    return arena(bytes, () -> cl.allocate(purpose, bytes));
  }

  private cl_mem arena(long bytes, Supplier<cl_mem> how) {
    arenaBytes += bytes;
    return buffer(bytes, how);
  }

  cl_mem scratch(String purpose, long bytes) {
    scratchBytes += bytes;
    return buffer(bytes, () -> cl.allocate(purpose, bytes));
  }

  /** A weight; its contents are asked for only if there is memory for them. */
  cl_mem weight(String purpose, long bytes, Function<Arena, MemorySegment> contents) {
    synchronized (this) {
      weightBytes += bytes;
    }
    return filled(purpose, bytes, contents);
  }

  /** What kernels read beside tensors and weights. */
  cl_mem constant(String purpose, long bytes, Function<Arena, MemorySegment> contents) {
    scratchBytes += bytes;
    return filled(purpose, bytes, contents);
  }

  private cl_mem filled(String purpose, long bytes, Function<Arena, MemorySegment> contents) {
    return buffer(
        bytes,
        () -> {
          if (cl.device().isCpu()) {
            return cl.around(purpose, contents.apply(inPlace()));
          }
          try (Arena staging = Arena.ofConfined()) {
            return cl.copyOf(purpose, contents.apply(staging));
          }
        });
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
    long whole = (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    arenaBytes += whole;
    MemorySegment host = MemorySegment.NULL;
    if (real) {
      cl.require(purpose, whole);
      Arena arena = Arena.ofShared();
      undo.push(arena::close);
      host = arena.allocate(whole, Math.max(PAGE, cl.device().addressAlign()));
    }
    MemorySegment all = host;
    cl_mem m = buffer(whole, () -> cl.around(purpose, all));
    return new SharedBuffer(m, real ? all.asSlice(0, bytes) : all, true);
  }

  private SharedBuffer beside(String purpose, long bytes) {
    cl_mem device = arena(purpose, bytes);
    String copy = "the host's side of " + purpose;
    cl_mem pinned = arena(bytes, () -> cl.pinned(copy, bytes));
    MemorySegment host = MemorySegment.NULL;
    if (real) {
      MemorySegment view = cl.map(pinned, bytes);
      undo.push(() -> cl.unmap(pinned, view));
      host = view;
    }
    return new SharedBuffer(device, host, false);
  }

  private cl_mem buffer(long bytes, Supplier<cl_mem> how) {
    synchronized (this) {
      largest = Math.max(largest, bytes);
    }
    if (!real) {
      return new cl_mem();
    }
    cl_mem m = how.get();
    synchronized (this) {
      undo.push(() -> cl.release(m, bytes));
    }
    return m;
  }

  MemoryUse use() {
    return new MemoryUse(arenaBytes, weightBytes, scratchBytes, largest);
  }

  @Override
  public void close() {
    kernels.forEach(CL::clReleaseKernel);
    kernels.clear();
    undo.forEach(Runnable::run);
    undo.clear();
  }
}
