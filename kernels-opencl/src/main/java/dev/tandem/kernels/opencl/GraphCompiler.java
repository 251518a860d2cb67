package dev.tandem.kernels.opencl;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.CompileThreads;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.Weights;
import dev.tandem.graph.BatchSplit;
import dev.tandem.graph.DType;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jocl.CLException;
import org.jocl.cl_mem;

/**
 * Fuses a graph, places its tensors, lays its weights and lists its kernels. Where the device's
 * units can work on parts of a batch, each part has its own kernels and activations. An estimate
 * goes the same way with memory that is only counted, and leaves out programs and weights.
 */
final class GraphCompiler {
  private final Target target;
  private final Graph graph;
  private final boolean half;
  private final CompiledMemory memory;
  private final Lookups lookups;

  private GraphCompiler(
      Target target, Graph source, CompileOptions options, CompiledMemory memory) {
    this.target = target;
    this.graph = Fusion.apply(source);
    this.half = options.precision() == Precision.F16;
    this.memory = memory;
    this.lookups = new Lookups(target.tunables(), target.cl().device());
  }

  /**
   * Compiles a graph.
   *
   * @param closed hears when the executable is closed
   */
  static OpenClExecutable compile(
      Target target,
      Graph source,
      Weights weights,
      CompileOptions options,
      Consumer<OpenClExecutable> closed) {
    CompiledMemory memory = CompiledMemory.on(target.cl());
    try (CompileThreads threads = new CompileThreads(source.name())) {
      return new GraphCompiler(target, source, options, memory)
          .executable(weights, threads, closed);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  /** What {@link #compile} would allocate. */
  static MemoryUse estimate(Target target, Graph source, CompileOptions options) {
    return counted(target, source, options).memory.use();
  }

  /** Which tunables {@link #compile} would ask for, in order, and what it would get. */
  static Map<Lookup, Tunables> lookups(Target target, Graph source) {
    return counted(target, source, CompileOptions.DEFAULT).lookups.all();
  }

  private static GraphCompiler counted(Target target, Graph source, CompileOptions options) {
    CompiledMemory memory = CompiledMemory.counted(target.cl());
    GraphCompiler c = new GraphCompiler(target, source, options, memory);
    c.parts(c.caller(), WeightStore.shapes(memory, c.half), Optional.empty());
    return c;
  }

  /** A part of the batch in kernels, and the memory that they need while they run. */
  private record Lowered(Lowering low, cl_mem scratch) {}

  private OpenClExecutable executable(
      Weights weights, CompileThreads threads, Consumer<OpenClExecutable> closed) {
    CallerMemory caller = caller();
    WeightStore store = WeightStore.of(memory, weights, half, threads);
    List<List<Launch>> launches =
        parts(caller, store, Optional.of(threads)).stream().map(this::bound).toList();
    return new OpenClExecutable(
        target.cl(), graph, memory, caller, launches, IndexCheck.of(graph, caller), closed);
  }

  private List<Launch> bound(Lowered part) {
    Lowering low = part.low();
    try {
      low.bind();
    } finally {
      memory.own(low.kernels());
    }
    low.scratch().bind(part.scratch());
    return low.launches();
  }

  private CallerMemory caller() {
    return new CallerMemory(memory, graph, target::mapped);
  }

  private List<Lowered> parts(
      CallerMemory caller, WeightStore weights, Optional<CompileThreads> threads) {
    int parts = BatchSplit.parts(graph, target.cl().halves());
    Graph part = parts > 1 ? BatchSplit.part(graph, parts) : graph;
    cl_mem zeros = zeros();
    int units = target.cl().computeUnits() / parts;
    List<Lowered> lowered = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      lowered.add(lowered(part, new CallerView(caller, graph, i), zeros, weights, units, threads));
    }
    return lowered;
  }

  private Lowered lowered(
      Graph part,
      CallerView caller,
      cl_mem zeros,
      WeightStore weights,
      int units,
      Optional<CompileThreads> threads) {
    // What the caller sees is not in the arena, unless it is stored narrower there.
    MemoryPlan plan =
        MemoryPlan.of(
            part,
            target.cl().device().addressAlign(),
            n -> half && n.type() == DType.F32 ? n.bytes() / 2 : caller.holds(n) ? 0 : n.bytes());
    cl_mem arena = memory.arena("activations of " + part.name(), Math.max(64, plan.arenaBytes()));
    Lowering.Buffers buffers = new Lowering.Buffers(arena, zeros, caller);
    Lowering low = new Lowering(target, lookups, half, plan, buffers, weights, units, threads);
    lower(part, low, caller);
    return new Lowered(
        low,
        memory.scratch(
            "scratch of the kernels of " + part.name(), Math.max(64, low.scratch().bytes())));
  }

  private static void lower(Graph graph, Lowering low, CallerView caller) {
    for (Node n : graph.nodes()) {
      if (n.isInput() && low.converted(n)) {
        MoveOps.narrowInput(low, n);
      } else if (n.isComputed()) {
        lower(low, n);
      }
    }
    for (Node n : graph.nodes()) {
      if (caller.holds(n) && !n.isInput() && low.converted(n)) {
        MoveOps.widenOutput(low, n);
      }
    }
  }

  private static void lower(Lowering low, Node n) {
    low.scratch().reset();
    try {
      OpFamilies.lower(low, n);
    } catch (CLException e) {
      throw low.cannotPrepare(n, e);
    }
  }

  /**
   * Given to the driver with the buffer, not written by a queue: Intel's runtime for processors may
   * run kernels of another queue before such a write, though it waited.
   */
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
    return memory.constant("padding of " + graph.name(), bytes, arena -> arena.allocate(bytes));
  }
}
