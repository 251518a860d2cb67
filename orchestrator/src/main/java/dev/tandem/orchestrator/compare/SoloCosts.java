package dev.tandem.orchestrator.compare;

import dev.tandem.orchestrator.placement.PlacementException;
import dev.tandem.orchestrator.placement.StageCosts;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What each unit of work takes on each device while nothing else runs, host work included, ns.
 *
 * @param times by device, then by unit of work
 */
public record SoloCosts(Map<String, Map<Work, Double>> times) implements StageCosts {
  public SoloCosts {
    Map<String, Map<Work, Double>> copy = new LinkedHashMap<>();
    times.forEach((device, costs) -> copy.put(device, Map.copyOf(costs)));
    times = java.util.Collections.unmodifiableMap(copy);
  }

  /**
   * The time of a unit of work, ns.
   *
   * @throws PlacementException if it was not measured
   */
  public double aloneNs(Work work, String device) {
    Double known = times.getOrDefault(device, Map.of()).get(work);
    if (known == null) {
      throw new PlacementException(work + " was not measured alone on '" + device + "'");
    }
    return known;
  }

  @Override
  public long ns(Work work, String device) {
    return Math.round(aloneNs(work, device));
  }

  /** Not looked at: all that is to run has just run, and a device says when it is full. */
  @Override
  public long bytes(Work work, String device) {
    return 0;
  }

  @Override
  public long memoryBytes(String device) {
    return Long.MAX_VALUE;
  }
}
