package dev.tandem.planning.simulate;

import dev.tandem.orchestrator.placement.StageCosts;

/** Costs without host work and interference. */
record PlainCosts(StageCosts costs) implements SimulationCosts {
  @Override
  public double deviceNs(Work work, String device) {
    return costs.ns(work, device);
  }

  @Override
  public long bytes(Work work, String device) {
    return costs.bytes(work, device);
  }

  @Override
  public long memoryBytes(String device) {
    return costs.memoryBytes(device);
  }

  @Override
  public long transferNs(long bytes, String from, String to) {
    return costs.transferNs(bytes, from, to);
  }
}
