package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.graph.BatchSplit;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.kernels.opencl.plan.PlannedBuffer.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Places a graph's tensors and lists its buffers and kernels. Where parts of a batch are computed
 * beside each other, each has its own kernels, activations and scratch memory.
 */
final class GraphLowering {
  private final KernelPlanner planner;
  private final Graph graph;
  private final CompileOptions options;
  private final boolean half;
  private final Lookups lookups;
  private final PlannedBuffers buffers = new PlannedBuffers();

  GraphLowering(KernelPlanner planner, Graph graph, CompileOptions options) {
    this.planner = planner;
    this.graph = graph;
    this.options = options;
    this.half = options.precision() == Precision.F16;
    this.lookups = new Lookups(planner.tunables(), planner.device());
  }

  KernelPlan plan(int parts) {
    Graph part = parts > 1 ? BatchSplit.part(graph, parts) : graph;
    CallerBuffers caller = new CallerBuffers(buffers, graph);
    int zeros = zeros();
    WeightStore weights = new WeightStore(buffers, half);
    List<List<PlannedKernel>> kernels = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      int units = planner.device().computeUnits() / parts;
      kernels.add(kernels(part, caller.part(i), zeros, weights, units));
    }
    return new KernelPlan(
        graph,
        buffers.all(),
        caller.inputs(),
        caller.outputs(),
        kernels,
        IndexCheck.of(graph),
        lookups.all());
  }

  private List<PlannedKernel> kernels(
      Graph part, CallerBuffers.Part caller, int zeros, WeightStore weights, int units) {
    int alignment = planner.device().addressAlign();
    // What the caller sees is not in the arena, unless it is stored narrower there.
    MemoryPlan plan =
        MemoryPlan.of(
            part,
            alignment,
            n -> half && n.type() == DType.F32 ? n.bytes() / 2 : caller.holds(n) ? 0 : n.bytes());
    int arena = buffers.add(Kind.ARENA, "activations of " + part.name(), plan.arenaBytes());
    int scratch = buffers.add(Kind.SCRATCH, "scratch of the kernels of " + part.name(), 0);
    Lowering.Places places =
        new Lowering.Places(arena, zeros, new Scratch(buffers, scratch, alignment), caller);
    Lowering low = new Lowering(planner, lookups, options, plan, places, weights, units);
    lower(part, low, caller);
    return low.kernels();
  }

  private static void lower(Graph graph, Lowering low, CallerBuffers.Part caller) {
    for (Node n : graph.nodes()) {
      low.scratch().reset();
      if (n.isInput() && low.converted(n)) {
        MoveOps.narrowInput(low, n);
      } else if (n.isComputed()) {
        OpFamilies.lower(low, n);
      }
    }
    for (Node n : graph.nodes()) {
      if (caller.holds(n) && !n.isInput() && low.converted(n)) {
        MoveOps.widenOutput(low, n);
      }
    }
  }

  /** As many zeros as any kernel reads in place of padding. */
  private int zeros() {
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
    String purpose = "padding of " + graph.name();
    return buffers.add(Kind.CONSTANT, purpose, 4 * longest + 64, (_, to) -> to.fill((byte) 0));
  }
}
