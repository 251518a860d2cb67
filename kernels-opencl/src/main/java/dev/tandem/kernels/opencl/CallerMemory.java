package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphException;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jocl.cl_command_queue;
import org.jocl.cl_mem;

/**
 * The tensors that a caller writes and reads, 32 bits an element, in one buffer. Mapped, the buffer
 * is the caller's memory; otherwise inputs and outputs are copied at each run.
 */
final class CallerMemory implements AutoCloseable {
  private record Slot(long offset, HostRegion region, boolean input, boolean output) {}

  private final ClContext cl;
  private final Graph graph;
  private final Arena host = Arena.ofShared();
  private final Map<Node, Slot> slots = new LinkedHashMap<>();
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, Tensor> outputs = new LinkedHashMap<>();
  private final cl_mem memory;
  private final long bytes;

  CallerMemory(ClContext cl, Graph graph, boolean mapped) {
    this.cl = cl;
    this.graph = graph;
    Set<Node> stored = new LinkedHashSet<>(graph.inputs());
    graph.outputs().forEach((name, n) -> stored.add(outputStorage(name, n)));
    int alignment = cl.device().addressAlign();
    Map<Node, Long> offsets = new LinkedHashMap<>();
    long end = 0;
    for (Node n : stored) {
      offsets.put(n, end);
      end += (n.bytes() + alignment - 1) / alignment * alignment;
    }
    this.bytes = end;
    String purpose = "inputs and outputs of " + graph.name();
    cl.require(purpose, end);
    MemorySegment all = host.allocate(end, Math.max(4096, alignment));
    this.memory = mapped ? cl.around(purpose, all) : cl.allocate(purpose, end);
    Set<Node> results = new LinkedHashSet<>();
    graph.outputs().values().forEach(o -> results.add(MemoryPlan.storage(o)));
    offsets.forEach(
        (n, at) ->
            slots.put(
                n,
                new Slot(
                    at,
                    new HostRegion(memory, at, all.asSlice(at, n.bytes()), mapped),
                    n.isInput(),
                    results.contains(n))));
    graph.inputs().forEach(n -> inputs.put(n.name(), tensor(n)));
    graph.outputs().forEach((name, n) -> outputs.put(name, tensor(n)));
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
    return new Tensor(n.shape(), n.type(), slots.get(MemoryPlan.storage(n)).region().host());
  }

  /** True if the value is seen by the caller. */
  boolean holds(Node storage) {
    return slots.containsKey(storage);
  }

  Ref ref(Node storage) {
    return new Ref(memory, slots.get(storage).offset() / storage.type().bytes());
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

  void toDevice(cl_command_queue queue, RunEvents events) {
    slots.values().forEach(s -> s.region().toDevice(queue, s.input(), events));
  }

  void toHost(cl_command_queue queue, RunEvents events) {
    slots.values().forEach(s -> s.region().toHost(queue, s.output(), events));
  }

  long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    cl.release(memory, bytes);
    host.close();
  }
}
