package dev.tandem.planning;

import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.planning.simulate.MemoryNeed;
import dev.tandem.planning.simulate.Simulation;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * All strategies compared for a job.
 *
 * @param options one for each strategy that was asked for, in that order
 */
public record Plan(Job job, List<Option> options) {
  public Plan {
    options = List.copyOf(options);
  }

  /** What a strategy comes to. */
  public sealed interface Option {
    String strategy();
  }

  /** A placement that can run. */
  public record Placed(String strategy, Placement placement, Simulation simulation)
      implements Option {}

  /**
   * A strategy that cannot be used for the job or the devices.
   *
   * @param nearest what fits instead, if it is for lack of memory and something does
   */
  public record Refused(String strategy, String reason, Optional<Nearest> nearest)
      implements Option {}

  /**
   * A placement that fits in memory in place of one that does not.
   *
   * @param change what was changed
   */
  public record Nearest(String change, Placement placement, MemoryNeed need) {}

  /** The option that finishes first, if any can run; of equals the one that was listed first. */
  public Optional<Placed> best() {
    return options.stream()
        .filter(Placed.class::isInstance)
        .map(Placed.class::cast)
        .min(Comparator.comparingDouble(p -> p.simulation().makespanNs()));
  }

  /** The option of one device that does everything, if it was asked for and can run. */
  public Optional<Placed> option(String strategy) {
    return options.stream()
        .filter(Placed.class::isInstance)
        .map(Placed.class::cast)
        .filter(p -> p.strategy().equals(strategy))
        .findFirst();
  }
}
