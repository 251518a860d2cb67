package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphException;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import org.jocl.cl_command_queue;

/**
 * The tensors that a caller writes and reads, 32 bits an element, each in a buffer of its own: so a
 * checker of kernels sees an access beyond a tensor. Mapped, a buffer is the caller's memory.
 * Copied, the caller writes and reads pinned memory, and a run copies from and to it.
 */
final class CallerMemory {
  private record Slot(SharedBuffer buffer, boolean input, boolean output) {}

  private final Graph graph;
  private final Map<Node, Slot> slots = new LinkedHashMap<>();
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, Tensor> outputs = new LinkedHashMap<>();

  CallerMemory(CompiledMemory memory, Graph graph, LongPredicate mapped) {
    this.graph = graph;
    Set<Node> stored = new LinkedHashSet<>(graph.inputs());
    graph.outputs().forEach((name, n) -> stored.add(outputStorage(name, n)));
    Set<Node> results = new LinkedHashSet<>();
    graph.outputs().values().forEach(o -> results.add(MemoryPlan.storage(o)));
    for (Node n : stored) {
      String kind = n.isInput() ? "input '" : "output '";
      String purpose = kind + n.name() + "' of " + graph.name();
      SharedBuffer buffer = memory.shared(purpose, n.bytes(), mapped.test(n.bytes()));
      slots.put(n, new Slot(buffer, n.isInput(), results.contains(n)));
    }
    if (memory.real()) {
      graph.inputs().forEach(n -> inputs.put(n.name(), tensor(n)));
      graph.outputs().forEach((name, n) -> outputs.put(name, tensor(n)));
    }
  }

  private static Node outputStorage(String name, Node n) {
    Node storage = MemoryPlan.storage(n);
    if (storage.isWeight()) {
      throw new DeviceException(
          "output '" + name + "' is the weight '" + storage.name() + "': nothing to compute");
    }
    return storage;
  }

  private Tensor tensor(Node n) {
    return new Tensor(n.shape(), n.type(), slots.get(MemoryPlan.storage(n)).buffer().host());
  }

  /** True if the value is seen by the caller. */
  boolean holds(Node storage) {
    return slots.containsKey(storage);
  }

  Ref ref(Node storage) {
    return new Ref(slots.get(storage).buffer().device(), 0);
  }

  Tensor input(String name) {
    Tensor t = inputs.get(name);
    return t != null ? t : tensor(graph.input(name));
  }

  Tensor output(String name) {
    Tensor t = outputs.get(name);
    if (t == null) {
      throw new GraphException(
          "graph '" + graph.name() + "' has no output '" + name + "', only " + outputs.keySet());
    }
    return t;
  }

  void toDevice(cl_command_queue queue, RunTimes times) {
    slots.values().forEach(s -> s.buffer().toDevice(queue, s.input(), times));
  }

  void toHost(cl_command_queue queue, RunTimes times) {
    slots.values().forEach(s -> s.buffer().toHost(queue, s.output(), times));
  }
}
