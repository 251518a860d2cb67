package dev.tandem.kernels.cpu;

import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.ProductKernel;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.BatchSplit;
import dev.tandem.graph.Cost;
import dev.tandem.graph.DType;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Fuses, splits by batch, plans memory and lowers every node of a graph. */
final class Compiler {
  private final OneDnnDevice device;
  private final Graph graph;
  private final int parts;
  private final Graph part;
  private final Residence residence;
  private final Joins joins;
  private final MemoryPlan plan;
  private final Memory memory;
  private final Primitives primitives;
  private final WeightStore store;
  private final List<Lane> lanes = new ArrayList<>();
  private final Map<Node, ProductKernel> products = new LinkedHashMap<>();

  /** Host-visible values by the node that owns their memory, for the whole batch. */
  private final Map<Node, MemorySegment> visible = new HashMap<>();

  private Compiler(OneDnnDevice device, Graph graph, WeightMemory weights, Memory memory) {
    this.device = device;
    this.graph = graph;
    this.memory = memory;
    int most = BatchSplit.parts(graph, device.threads().count());
    Graph split = most == 1 ? graph : BatchSplit.part(graph, most);
    Residence first = residence(split, weights, most);
    // All threads together at one operation: what rests is unpacked once for the whole batch.
    parts = first.resting().isEmpty() ? most : 1;
    part = parts == most ? split : graph;
    residence = parts == most ? first : residence(graph, weights, 1);
    List<Node> shared = visibleNodes();
    joins = Joins.of(part);
    plan =
        MemoryPlan.of(
            part, Memory.ALIGNMENT, n -> shared.contains(n) ? 0 : n.bytes(), joins.with());
    primitives = device.primitives(memory);
    store = new WeightStore(primitives, device);
  }

  private Residence residence(Graph g, WeightMemory weights, int lanes) {
    return Residence.of(
        g,
        weights,
        device.threads().count() / lanes,
        device.memoryForSpeed(),
        device.roomForSpeed());
  }

  private List<Node> visibleNodes() {
    List<Node> nodes = new ArrayList<>(part.inputs());
    part.outputs().values().stream()
        .map(MemoryPlan::storage)
        .filter(n -> !n.isConstant())
        .forEach(nodes::add);
    return nodes;
  }

  static OneDnnExecutable compile(
      OneDnnDevice device, Graph source, Weights weights, WeightMemory rest) {
    Graph graph = Fusion.apply(source);
    Compiler c = new Compiler(device, graph, rest, device.memory(graph.name()));
    try {
      c.device.threads().first().run(c::lower);
      c.store.fill(weights);
      return c.executable();
    } catch (OutOfMemoryError e) {
      c.free();
      throw new DeviceException(
          c.named()
              + " has not enough memory for '"
              + c.graph.name()
              + "': activations alone need "
              + c.plan.arenaBytes() * c.parts
              + " bytes",
          e);
    } catch (RuntimeException | Error e) {
      c.free();
      throw e;
    }
  }

  /** What {@link #compile} would allocate. */
  static MemoryUse estimate(OneDnnDevice device, Graph source, WeightMemory rest) {
    Graph graph = Fusion.apply(source);
    Compiler c = new Compiler(device, graph, rest, Memory.counted(graph.name()));
    try {
      c.device.threads().first().run(c::lower);
      return c.memory.use();
    } finally {
      c.free();
    }
  }

  private String named() {
    return "device '" + device.info().id() + "'";
  }

  private void lower() {
    int openMpThreads = device.threads().count() / parts;
    device.openMp().setThreads(openMpThreads);
    for (Node n : visibleNodes()) {
      visible.computeIfAbsent(n, v -> memory.allocate(Memory.Kind.ARENA, v.bytes() * parts));
    }
    for (int i = 0; i < parts; i++) {
      Primitives.Scratch scratch = primitives.newScratch();
      Team team = new Team(device.threads(), openMpThreads);
      Lowering lowering = new Lowering(primitives, store, team, residence, joins, places(i));
      List<Lane.Step> steps = new ArrayList<>();
      for (Node n : part.nodes()) {
        if (n.isComputed() && !joins.with().containsKey(n)) {
          Node whole = graph.nodes().get(joins.head(n).id());
          steps.add(new Lane.Step(whole, lower(lowering, n)));
          note(whole, primitives.takeProducts());
        }
      }
      scratch.allocate();
      lanes.add(new Lane(device.openMp(), openMpThreads, steps));
    }
    store.reserve(residence.stream());
    primitives.freeLayouts();
  }

  /** Notes how a node's products are computed; every lane does it alike. */
  private void note(Node n, List<Primitives.Product> made) {
    if (!made.isEmpty()) {
      boolean eightBits = made.stream().allMatch(Primitives.Product::eightBits);
      String names =
          made.stream()
              .map(Primitives.Product::implementation)
              .distinct()
              .collect(Collectors.joining(" + "));
      long multiplyAdds = Cost.of(n).flops() / 2;
      products.put(n, new ProductKernel(n, names, eightBits ? DType.I8 : DType.F32, multiplyAdds));
    }
  }

  /** Where the values of one lane lie. */
  private Lowering.Places places(int lane) {
    MemorySegment arena = memory.allocate(Memory.Kind.ARENA, Math.max(1, plan.arenaBytes()));
    return n -> {
      MemorySegment whole = visible.get(n);
      return whole == null
          ? arena.asSlice(plan.offset(n), n.bytes())
          : whole.asSlice(lane * n.bytes(), n.bytes());
    };
  }

  private List<Kernel> lower(Lowering lowering, Node n) {
    try {
      return lowering.lower(n);
    } catch (DeviceException e) {
      throw new DeviceException(named() + " cannot compile " + n + ": " + e.getMessage(), e);
    }
  }

  private OneDnnExecutable executable() {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    graph.inputs().forEach(n -> inputs.put(n.name(), tensor(n)));
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    graph.outputs().forEach((name, n) -> outputs.put(name, tensor(n)));
    return new OneDnnExecutable(
        device,
        new OneDnnExecutable.Compiled(
            graph,
            lanes,
            inputs,
            outputs,
            memory.use(),
            primitives.implementations(),
            List.copyOf(products.values()),
            this::free));
  }

  private Tensor tensor(Node n) {
    Node root = MemoryPlan.storage(part.nodes().get(n.id()));
    return root.isConstant()
        ? new Tensor(n.shape(), DType.F32, store.plain(root))
        : new Tensor(n.shape(), n.type(), visible.get(root));
  }

  private void free() {
    device.threads().first().run(primitives::close);
    memory.close();
  }
}
