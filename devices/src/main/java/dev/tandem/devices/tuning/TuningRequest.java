package dev.tandem.devices.tuning;

import dev.tandem.graph.Graph;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What to tune for.
 *
 * @param workloads the graphs, each with how often it runs
 * @param budget how long the search may take; shared out by each operation's share of the time
 * @param profile the file that winners go to; it need not exist yet
 * @param again whether to search shapes again that the profile already has
 * @param cancelled asked between candidates
 */
public record TuningRequest(
    List<Workload> workloads,
    Duration budget,
    Path profile,
    boolean again,
    BooleanSupplier cancelled) {
  public TuningRequest {
    workloads = List.copyOf(workloads);
    if (budget.isNegative() || budget.isZero()) {
      throw new IllegalArgumentException("the time budget must be positive, got " + budget);
    }
  }

  /** A graph and how often it runs for one picture. */
  public record Workload(Graph graph, double runs) {
    public Workload {
      if (!(runs > 0)) {
        throw new IllegalArgumentException("a graph must run, got " + runs + " times");
      }
    }
  }
}
