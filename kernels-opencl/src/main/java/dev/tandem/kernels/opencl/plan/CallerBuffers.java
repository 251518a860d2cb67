package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.DeviceException;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import dev.tandem.kernels.opencl.plan.PlannedBuffer.Kind;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The tensors that a caller writes and reads, 32 bits an element, each in a buffer of its own: so a
 * checker of kernels sees an access beyond a tensor.
 */
final class CallerBuffers {
  private final Graph graph;
  private final Map<Node, Integer> numbers = new LinkedHashMap<>();

  CallerBuffers(PlannedBuffers buffers, Graph graph) {
    this.graph = graph;
    graph.inputs().forEach(n -> add(buffers, Kind.INPUT, "input", n));
    graph.outputs().forEach((name, n) -> add(buffers, Kind.OUTPUT, "output", storage(name, n)));
  }

  private void add(PlannedBuffers buffers, Kind kind, String what, Node n) {
    String purpose = what + " '" + n.name() + "' of " + graph.name();
    numbers.computeIfAbsent(n, _ -> buffers.addCallers(kind, purpose, n.bytes()));
  }

  private static Node storage(String output, Node n) {
    Node storage = MemoryPlan.storage(n);
    if (storage.isConstant()) {
      throw new DeviceException(
          "output '" + output + "' is the weight '" + storage.name() + "': nothing to compute");
    }
    return storage;
  }

  /** Numbers of the buffers by names of inputs. */
  Map<String, Integer> inputs() {
    Map<String, Integer> all = new LinkedHashMap<>();
    graph.inputs().forEach(n -> all.put(n.name(), numbers.get(n)));
    return all;
  }

  /** Numbers of the buffers by names of outputs. */
  Map<String, Integer> outputs() {
    Map<String, Integer> all = new LinkedHashMap<>();
    graph.outputs().forEach((name, n) -> all.put(name, numbers.get(MemoryPlan.storage(n))));
    return all;
  }

  /** What a part of a batch sees: its own rows of each tensor. */
  Part part(int number) {
    return new Part(this, number);
  }

  /**
   * The rows of one part.
   *
   * @param all of the whole batch, whose graph has the same nodes in the same order as the part's
   * @param number of the part, from 0
   */
  record Part(CallerBuffers all, int number) {
    /** True if the value is seen by the caller. */
    boolean holds(Node storage) {
      return all.numbers.containsKey(whole(storage));
    }

    /** Where the part's rows of the value lie. */
    Ref ref(Node storage) {
      return new Ref(all.numbers.get(whole(storage)), number * storage.shape().elements());
    }

    /** The node of the whole batch's graph. */
    Node whole(Node n) {
      return all.graph.nodes().get(n.id());
    }
  }
}
