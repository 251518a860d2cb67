package dev.tandem.devices.simulated;

import dev.tandem.graph.Cost;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import java.util.Map;

/** How long a graph takes on a simulated device. */
public sealed interface SimulatedCosts {

  /** Time of one run, ns. */
  long runNs(Graph graph);

  /**
   * From the graph's arithmetic and the bytes it moves: each operation is bound by whichever takes
   * longer (the roofline model, Williams et al. 2009).
   *
   * @param flopsPerSecond FLOP/s
   * @param bytesPerSecond bytes/s
   * @param operationNs for starting an operation, ns
   */
  record Rates(double flopsPerSecond, double bytesPerSecond, long operationNs)
      implements SimulatedCosts {
    public Rates {
      if (!(flopsPerSecond > 0 && bytesPerSecond > 0) || operationNs < 0) {
        throw new IllegalArgumentException(
            "rates must be positive, got "
                + flopsPerSecond
                + " FLOP/s, "
                + bytesPerSecond
                + " bytes/s and "
                + operationNs
                + " ns an operation");
      }
    }

    @Override
    public long runNs(Graph graph) {
      double ns = 0;
      for (Node n : graph.nodes()) {
        Cost c = Cost.of(n);
        double compute = c.flops() / flopsPerSecond;
        double move = (c.bytesRead() + c.bytesWritten()) / bytesPerSecond;
        ns += Math.max(compute, move) * 1e9 + (n.isComputed() ? operationNs : 0);
      }
      return (long) ns;
    }
  }

  /**
   * Stated times.
   *
   * @param nsOfGraph by the graph's kind ({@code text}, {@code unet}, {@code vae}), for each
   *     picture of the batch, ns
   * @param others for all other graphs
   */
  record StageTimes(Map<String, Long> nsOfGraph, SimulatedCosts others) implements SimulatedCosts {
    public StageTimes {
      nsOfGraph = Map.copyOf(nsOfGraph);
    }

    @Override
    public long runNs(Graph graph) {
      Long each = nsOfGraph.get(graph.kind());
      return each == null ? others.runNs(graph) : each * SimulatedExecutable.batch(graph);
    }
  }
}
