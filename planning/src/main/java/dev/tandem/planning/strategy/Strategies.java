package dev.tandem.planning.strategy;

import dev.tandem.orchestrator.placement.PlacementException;
import java.util.ArrayList;
import java.util.List;

/** All strategies. */
public final class Strategies {
  private Strategies() {}

  /** Every way to split a job, the simplest first. */
  public static List<Strategy> all() {
    List<Strategy> all =
        new ArrayList<>(
            List.of(
                new SingleDevice(),
                new StagePerDevice(),
                new FirstFree(),
                new GuidanceSplit(),
                new DataParallel(),
                new StepSplit()));
    all.add(new Auto(all));
    return List.copyOf(all);
  }

  /**
   * The strategy of a name.
   *
   * @throws PlacementException if there is none; the message lists those there are
   */
  public static Strategy of(String name) {
    return all().stream()
        .filter(s -> s.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new PlacementException(
                    "strategy '"
                        + name
                        + "' does not exist; there are: "
                        + String.join(", ", all().stream().map(Strategy::name).toList())));
  }
}
