package dev.tandem.kernels.opencl;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import java.lang.foreign.Arena;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_mem;

/** Fuses a graph, places its tensors, lays its weights and lists its kernels. */
final class GraphCompiler {
  private GraphCompiler() {}

  static OpenClExecutable compile(
      OpenClDevice device, Graph source, Weights weights, CompileOptions options) {
    Graph g = Fusion.apply(source);
    CompiledMemory memory = new CompiledMemory(device.cl());
    try {
      return compile(device, g, weights, options, memory);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  private static OpenClExecutable compile(
      OpenClDevice device,
      Graph g,
      Weights weights,
      CompileOptions options,
      CompiledMemory memory) {
    ClContext cl = device.cl();
    boolean half = options.precision() == CompileOptions.Precision.F16;
    CallerMemory caller = memory.own(new CallerMemory(cl, g, device.mapped()));
    // What the caller sees is not in the arena, unless it is stored narrower there.
    MemoryPlan plan =
        MemoryPlan.of(
            g,
            cl.device().addressAlign(),
            n ->
                half && n.type() == dev.tandem.graph.DType.F32
                    ? n.bytes() / 2
                    : caller.holds(n) ? 0 : n.bytes());
    cl_mem arena = memory.arena("activations of " + g.name(), Math.max(64, plan.arenaBytes()));
    cl_mem zeros = zeros(cl, memory, g);
    Lowering low =
        new Lowering(
            device,
            half,
            plan,
            arena,
            zeros,
            caller,
            memory.own(new WeightStore(cl, weights, half)));
    try {
      lower(low, g, caller);
    } finally {
      memory.own(low.kernels());
    }
    low.scratch()
        .bind(
            memory.scratch(
                "scratch of the kernels of " + g.name(), Math.max(64, low.scratch().bytes())));
    return new OpenClExecutable(device, g, memory, low.launches(), IndexCheck.of(g, caller));
  }

  private static void lower(Lowering low, Graph g, CallerMemory caller) {
    for (Node n : g.nodes()) {
      if (n.isInput() && low.converted(n)) {
        MoveOps.narrowInput(low, n);
      } else if (n.isComputed()) {
        low.lower(n);
      }
    }
    for (Node n : g.nodes()) {
      if (caller.holds(n) && !n.isInput() && low.converted(n)) {
        MoveOps.widenOutput(low, n);
      }
    }
  }

  private static cl_mem zeros(ClContext cl, CompiledMemory memory, Graph g) {
    int longest = 1;
    for (Node n : g.nodes()) {
      for (int extent : n.shape().toArray()) {
        longest = Math.max(longest, extent);
      }
    }
    long bytes = 4L * longest + 64;
    cl_mem m = memory.scratch("padding of " + g.name(), bytes);
    try (Arena a = Arena.ofConfined()) {
      Pointer host = ClContext.pointer(a.allocate(bytes));
      CL.clEnqueueWriteBuffer(cl.queue(false), m, true, 0, bytes, host, 0, null, null);
    }
    return m;
  }
}
