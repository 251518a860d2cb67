package dev.tandem.kernels.opencl;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.Weights;
import dev.tandem.graph.DType;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.lang.foreign.Arena;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_mem;

/**
 * Fuses a graph, places its tensors, lays its weights and lists its kernels. An estimate goes the
 * same way with memory that is only counted, and leaves out programs and weights.
 */
final class GraphCompiler {
  private final OpenClDevice device;
  private final Graph graph;
  private final boolean half;
  private final CompiledMemory memory;

  private GraphCompiler(
      OpenClDevice device, Graph source, CompileOptions options, CompiledMemory memory) {
    this.device = device;
    this.graph = Fusion.apply(source);
    this.half = options.precision() == Precision.F16;
    this.memory = memory;
  }

  static OpenClExecutable compile(
      OpenClDevice device, Graph source, Weights weights, CompileOptions options) {
    CompiledMemory memory = CompiledMemory.on(device.cl());
    try {
      return new GraphCompiler(device, source, options, memory).executable(weights);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  /** What {@link #compile} would allocate. */
  static MemoryUse estimate(OpenClDevice device, Graph source, CompileOptions options) {
    CompiledMemory memory = CompiledMemory.counted(device.cl());
    GraphCompiler c = new GraphCompiler(device, source, options, memory);
    c.lowered(c.caller(), WeightStore.shapes(memory, c.half));
    return memory.use();
  }

  private OpenClExecutable executable(Weights weights) {
    CallerMemory caller = caller();
    Lowering low = lowered(caller, WeightStore.of(memory, weights, half));
    return new OpenClExecutable(
        device, graph, memory, caller, low.launches(), IndexCheck.of(graph, caller));
  }

  private CallerMemory caller() {
    return new CallerMemory(memory, graph, device.mapped());
  }

  private Lowering lowered(CallerMemory caller, WeightStore weights) {
    // What the caller sees is not in the arena, unless it is stored narrower there.
    MemoryPlan plan =
        MemoryPlan.of(
            graph,
            device.cl().device().addressAlign(),
            n -> half && n.type() == DType.F32 ? n.bytes() / 2 : caller.holds(n) ? 0 : n.bytes());
    cl_mem arena = memory.arena("activations of " + graph.name(), Math.max(64, plan.arenaBytes()));
    Lowering.Buffers buffers = new Lowering.Buffers(arena, zeros(), caller);
    Lowering low = new Lowering(device, half, plan, buffers, weights, memory.real());
    try {
      lower(low, caller);
    } finally {
      memory.own(low.kernels());
    }
    low.scratch()
        .bind(
            memory.scratch(
                "scratch of the kernels of " + graph.name(), Math.max(64, low.scratch().bytes())));
    return low;
  }

  private void lower(Lowering low, CallerMemory caller) {
    for (Node n : graph.nodes()) {
      if (n.isInput() && low.converted(n)) {
        MoveOps.narrowInput(low, n);
      } else if (n.isComputed()) {
        low.lower(n);
      }
    }
    for (Node n : graph.nodes()) {
      if (caller.holds(n) && !n.isInput() && low.converted(n)) {
        MoveOps.widenOutput(low, n);
      }
    }
  }

  private cl_mem zeros() {
    long longest = 1;
    for (Node n : graph.nodes()) {
      for (int extent : n.shape().toArray()) {
        longest = Math.max(longest, extent);
      }
      if (n.op() instanceof Op.Conv2d) {
        // A row of taps of one pixel.
        longest = Math.max(longest, (long) n.input(0).shape().dim(3) * n.input(1).shape().dim(3));
      }
    }
    long bytes = 4L * longest + 64;
    cl_mem m = memory.scratch("padding of " + graph.name(), bytes);
    if (memory.real()) {
      try (Arena a = Arena.ofConfined()) {
        Pointer host = ClContext.pointer(a.allocate(bytes));
        CL.clEnqueueWriteBuffer(device.cl().queue(false), m, true, 0, bytes, host, 0, null, null);
      }
    }
    return m;
  }
}
