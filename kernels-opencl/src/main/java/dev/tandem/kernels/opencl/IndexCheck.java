package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.ArrayList;
import java.util.List;

/**
 * Row numbers that come from the caller, and how many rows there are. Kernels cannot refuse them,
 * so they are looked at before each run.
 */
record IndexCheck(Node node, Tensor ids, int rows) {

  /** The checks that a graph needs. */
  static List<IndexCheck> of(Graph g, CallerMemory caller) {
    List<IndexCheck> checks = new ArrayList<>();
    for (Node n : g.nodes()) {
      switch (n.op()) {
        case Op.Embedding _ -> add(checks, n, n.input(0), n.input(1).shape().dim(0), caller);
        case Op.GatherRows _ -> add(checks, n, n.input(1), n.input(0).shape().dim(1), caller);
        default -> {}
      }
    }
    return checks;
  }

  private static void add(List<IndexCheck> to, Node n, Node ids, int rows, CallerMemory caller) {
    Node storage = MemoryPlan.storage(ids);
    if (storage.isInput()) {
      to.add(new IndexCheck(n, caller.input(storage.name()), rows));
    }
  }

  void check() {
    for (int id : ids.toInts()) {
      if (id < 0 || id >= rows) {
        throw new DeviceException(
            node.op().kind()
                + " '"
                + node.name()
                + "': row "
                + id
                + " is outside the table of "
                + rows
                + " rows");
      }
    }
  }
}
