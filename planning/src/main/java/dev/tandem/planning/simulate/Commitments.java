package dev.tandem.planning.simulate;

import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** Work that devices have taken on: expected finish times count all of it. */
final class Commitments {
  private final SimulationCosts costs;
  private final Map<String, Map<Work, Integer>> units = new HashMap<>();

  Commitments(SimulationCosts costs) {
    this.costs = costs;
  }

  /** Takes units of work on, or with a negative number has done them. */
  void add(String device, Work work, int count) {
    units.computeIfAbsent(device, d -> new EnumMap<>(Work.class)).merge(work, count, Integer::sum);
  }

  /** Expected time for all that a device is committed to, ns. */
  double backlogNs(String device) {
    double ns = 0;
    for (Map.Entry<Work, Integer> e : units.getOrDefault(device, Map.of()).entrySet()) {
      ns += e.getValue() * (double) costs.ns(e.getKey(), device);
    }
    return ns;
  }
}
