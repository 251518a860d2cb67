package dev.tandem.kernels.tornado;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.Weights;
import dev.tandem.graph.DType;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import dev.tandem.kernels.opencl.plan.IndexCheck;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A graph as tasks of kernels in Java. Activations lie in one array by the memory plan, weights in
 * another; callers' tensors are copied in and out by kernels. It knows where values lie; {@link
 * JavaOps} knows which kernels compute them.
 */
final class JavaLowering {
  private static final int ALIGNMENT = 64;

  private final Graph graph;
  private final boolean half;
  private final MemoryPlan plan;
  private final WeightPlan weights;
  private final long localMemory;
  private final Map<Node, DeviceArray> inputs = new LinkedHashMap<>();
  private final Map<Node, DeviceArray> outputs = new LinkedHashMap<>();
  private final List<Pending> pending = new ArrayList<>();
  private final Map<Node, Integer> copied = new HashMap<>();
  private int copies;
  private long scratch;

  /** A kernel whose arrays are not made yet. */
  private record Pending(
      Node node, String kernel, int chunk, DeviceArray sizes, Grid grid, Kernels.Call call) {}

  private JavaLowering(Graph source, CompileOptions options, long largest, long localMemory) {
    this.graph = Fusion.apply(source);
    this.half = options.precision() == Precision.F16;
    this.plan = MemoryPlan.of(graph, ALIGNMENT, this::storedBytes);
    this.weights = new WeightPlan(largest / Float.BYTES - ALIGNMENT, half);
    this.localMemory = localMemory;
  }

  /**
   * The tasks of a graph.
   *
   * @param source weights, read when their arrays are allocated
   * @param largest the largest buffer, bytes
   * @param localMemory of a work-group, bytes
   */
  static Lowered of(
      Graph graph, Weights source, CompileOptions options, long largest, long localMemory) {
    return new JavaLowering(graph, options, largest, localMemory).lower(source);
  }

  /** Whole numbers of 8 bits are stored as real ones: they are among the floats of any width. */
  private long storedBytes(Node n) {
    boolean activation = n.type() == DType.F32 || n.type() == DType.I8;
    return activation ? n.shape().elements() * elementBytes() : 0;
  }

  private int elementBytes() {
    return half ? Short.BYTES : Float.BYTES;
  }

  private Lowered lower(Weights source) {
    for (Node n : graph.inputs()) {
      boolean real = n.type().isFloat();
      inputs.put(n, caller(n, DeviceArray.Role.INPUT, "input '", real));
      if (real) {
        JavaMoves.load(this, n);
      }
    }
    graph.nodes().stream().filter(Node::isComputed).forEach(this::copyWeights);
    for (Node n : graph.nodes()) {
      if (n.isComputed()) {
        weights.room(n);
        JavaOps.lower(this, n);
      }
    }
    graph.outputs().values().stream().map(MemoryPlan::storage).distinct().forEach(this::save);
    return lowered(source);
  }

  /** Weights that stand where activations do, such as positions, are copied behind them. */
  private void copyWeights(Node n) {
    for (int i = 0; i < n.inputs().size(); i++) {
      Node storage = MemoryPlan.storage(n.input(i));
      if (storage.isConstant() && !JavaOps.isWeight(n.op(), i) && !copied.containsKey(storage)) {
        copied.put(storage, copies);
        copies += Math.toIntExact(storage.shape().elements());
        JavaMoves.copyWeight(this, storage);
      }
    }
  }

  private DeviceArray caller(Node n, DeviceArray.Role role, String kind, boolean real) {
    return new DeviceArray(
        role,
        real ? DeviceArray.Elements.FLOATS : DeviceArray.Elements.INTS,
        kind + n.name() + "' of " + graph.name(),
        n.shape().elements(),
        Optional.empty());
  }

  private void save(Node storage) {
    if (storage.isConstant()) {
      throw new DeviceException(
          "output of " + graph.name() + " is the weight '" + storage.name() + "'");
    }
    outputs.put(storage, caller(storage, DeviceArray.Role.OUTPUT, "output '", true));
    JavaMoves.save(this, storage);
  }

  private Lowered lowered(Weights source) {
    long elements = plan.arenaBytes() / elementBytes() + copies + scratch;
    DeviceArray wide =
        resident(
            DeviceArray.Elements.FLOATS, "activations of " + graph.name(), half ? 1 : elements);
    DeviceArray small =
        resident(
            DeviceArray.Elements.SHORTS, "activations of " + graph.name(), half ? elements : 1);
    List<Kernels.Arrays> chunks = new ArrayList<>();
    for (WeightPlan.Chunk c : weights.chunks()) {
      chunks.add(arrays(wide, small, c, source));
    }
    List<DeviceArray> all = new ArrayList<>(List.of(wide, small));
    chunks.forEach(c -> all.addAll(List.of(c.weights(), c.smallWeights())));
    all.addAll(inputs.values());
    all.addAll(outputs.values());
    List<Task> tasks = new ArrayList<>();
    for (Pending p : pending) {
      all.add(p.sizes());
      tasks.add(p.call().task(p.node(), p.kernel(), chunks.get(p.chunk()), p.sizes(), p.grid()));
    }
    return new Lowered(
        graph,
        all,
        tasks,
        byName(graph.inputs()),
        outputsByName(),
        IndexCheck.of(graph),
        memory(all, chunks),
        new PrebuiltSources());
  }

  private static DeviceArray resident(DeviceArray.Elements type, String purpose, long count) {
    return new DeviceArray(DeviceArray.Role.RESIDENT, type, purpose, count, Optional.empty());
  }

  private Kernels.Arrays arrays(
      DeviceArray wide, DeviceArray small, WeightPlan.Chunk c, Weights source) {
    String purpose = "weights of " + graph.name();
    DeviceArray floats =
        new DeviceArray(
            DeviceArray.Role.ONCE,
            DeviceArray.Elements.FLOATS,
            purpose,
            c.floats(),
            Optional.of(to -> WeightPlan.fill(c, source, to, false)));
    DeviceArray halfs =
        new DeviceArray(
            DeviceArray.Role.ONCE,
            DeviceArray.Elements.SHORTS,
            purpose,
            c.halfs(),
            Optional.of(to -> WeightPlan.fill(c, source, to, true)));
    return new Kernels.Arrays(wide, small, floats, halfs, half);
  }

  private Map<String, DeviceArray> byName(List<Node> nodes) {
    Map<String, DeviceArray> named = new HashMap<>();
    nodes.forEach(n -> named.put(n.name(), inputs.get(n)));
    return named;
  }

  private Map<String, DeviceArray> outputsByName() {
    Map<String, DeviceArray> named = new HashMap<>();
    graph.outputs().forEach((name, n) -> named.put(name, outputs.get(MemoryPlan.storage(n))));
    return named;
  }

  private MemoryUse memory(List<DeviceArray> all, List<Kernels.Arrays> chunks) {
    long weightBytes =
        chunks.stream().mapToLong(c -> c.weights().bytes() + c.smallWeights().bytes()).sum();
    long sizes = pending.stream().mapToLong(p -> p.sizes().bytes()).sum();
    long total = all.stream().mapToLong(DeviceArray::bytes).sum();
    long scratchBytes = scratch * elementBytes() + sizes;
    long largest = all.stream().mapToLong(DeviceArray::bytes).max().orElse(1);
    return new MemoryUse(total - weightBytes - scratchBytes, weightBytes, scratchBytes, largest);
  }

  // What operations ask for.

  /** First element of a value in the array of activations. */
  int at(Node n) {
    Integer copy = copied.get(MemoryPlan.storage(n));
    if (copy != null) {
      return Math.toIntExact(plan.arenaBytes() / elementBytes() + copy);
    }
    return Math.toIntExact(plan.offset(n) / elementBytes());
  }

  /** First element of memory behind all values, which an operation uses while it runs. */
  int scratch(long elements) {
    scratch = Math.max(scratch, elements);
    return Math.toIntExact(plan.arenaBytes() / elementBytes() + copies);
  }

  WeightPlan weights() {
    return weights;
  }

  long localMemory() {
    return localMemory;
  }

  /** The array of an input of the caller's, if the value is one. */
  Optional<DeviceArray> input(Node n) {
    return Optional.ofNullable(inputs.get(MemoryPlan.storage(n)));
  }

  DeviceArray output(Node storage) {
    return outputs.get(storage);
  }

  /** Row numbers of an operation; they must come from the caller. */
  DeviceArray rowNumbers(Node n, Node ids) {
    return input(ids)
        .orElseThrow(() -> new DeviceException(n + ": row numbers must be an input of the graph"));
  }

  void add(Node n, String kernel, int[] sizes, Grid grid, Kernels.Call call) {
    DeviceArray own = DeviceArray.sizes("sizes of " + n.name(), sizes);
    pending.add(new Pending(n, kernel, weights.current(), own, grid, call));
  }
}
