package dev.tandem.kernels.opencl.plan;

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
 *
 * @param node what looks rows up
 * @param input name of the input that holds their numbers
 * @param rows how many there are
 */
public record IndexCheck(Node node, String input, int rows) {

  /** The checks that a graph needs. */
  public static List<IndexCheck> of(Graph g) {
    List<IndexCheck> checks = new ArrayList<>();
    for (Node n : g.nodes()) {
      switch (n.op()) {
        case Op.Embedding _ -> add(checks, n, n.input(0), n.input(1).shape().dim(0));
        case Op.GatherRows _ -> add(checks, n, n.input(1), n.input(0).shape().dim(1));
        default -> {}
      }
    }
    return checks;
  }

  private static void add(List<IndexCheck> to, Node n, Node ids, int rows) {
    Node storage = MemoryPlan.storage(ids);
    if (storage.isInput()) {
      to.add(new IndexCheck(n, storage.name(), rows));
    }
  }

  /**
   * Looks at the numbers in the input.
   *
   * @throws DeviceException if there is no such row
   */
  public void check(Tensor ids) {
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
