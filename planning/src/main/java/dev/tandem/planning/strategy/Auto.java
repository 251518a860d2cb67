package dev.tandem.planning.strategy;

import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.PlacementException;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.planning.simulate.MemoryNeed;
import dev.tandem.planning.simulate.SimulationCosts;
import dev.tandem.planning.simulate.Simulator;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The planner's choice: every other strategy on every set of the devices, simulated; of those that
 * fit in memory, the one that finishes first, and of equals the one with the fewest devices.
 */
final class Auto implements Strategy {
  /** Above this many devices only single ones, pairs and all of them are tried. */
  private static final int ALL_SETS = 4;

  /** A gain below this share does not pay for a further device. */
  private static final double WORTH = 0.005;

  private final List<Strategy> others;

  Auto(List<Strategy> others) {
    this.others = List.copyOf(others);
  }

  @Override
  public String name() {
    return "auto";
  }

  @Override
  public String description() {
    return "the best of all strategies on any of the devices, by simulation";
  }

  @Override
  public Placement place(Job job, List<String> devices, StageCosts costs) {
    requireDevices(devices, 1);
    SimulationCosts simulated = SimulationCosts.of(costs);
    Set<Placement> candidates = new LinkedHashSet<>();
    for (List<String> some : sets(devices)) {
      for (Strategy s : others) {
        tried(s, job, some, costs).ifPresent(candidates::add);
      }
    }
    Placement best = null;
    double bestNs = Double.POSITIVE_INFINITY;
    for (Placement p : candidates) {
      if (MemoryNeed.of(job, p, simulated).fits()) {
        double ns = Simulator.run(job, p, simulated).makespanNs();
        boolean more = best != null && p.devices().size() > best.devices().size();
        if (ns < bestNs * (more ? 1 - WORTH : 1)) {
          best = p;
          bestNs = ns;
        }
      }
    }
    if (best == null) {
      throw new PlacementException(
          "no strategy fits in the memory of "
              + devices
              + ": "
              + String.join(
                  "; ", MemoryNeed.of(job, candidates.iterator().next(), simulated).problems()));
    }
    return best;
  }

  /** What a strategy makes of the devices, if it can be used for the job and so many of them. */
  private static Optional<Placement> tried(
      Strategy s, Job job, List<String> devices, StageCosts costs) {
    try {
      return Optional.of(s.place(job, devices, costs));
    } catch (PlacementException e) {
      return Optional.empty();
    }
  }

  /** Sets of devices, the smallest first. */
  static List<List<String>> sets(List<String> devices) {
    int n = devices.size();
    List<List<String>> all = new ArrayList<>();
    for (int size = 1; size <= n; size++) {
      if (n <= ALL_SETS || size <= 2 || size == n) {
        choose(devices, size, 0, List.of(), all);
      }
    }
    return all;
  }

  private static void choose(
      List<String> devices, int size, int from, List<String> chosen, List<List<String>> all) {
    if (chosen.size() == size) {
      all.add(chosen);
      return;
    }
    for (int i = from; i < devices.size(); i++) {
      List<String> more = new ArrayList<>(chosen);
      more.add(devices.get(i));
      choose(devices, size, i + 1, more, all);
    }
  }
}
