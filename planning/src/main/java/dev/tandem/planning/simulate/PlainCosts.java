package dev.tandem.planning.simulate;

import dev.tandem.orchestrator.placement.StageCosts;

/** Costs without host work and interference. */
record PlainCosts(StageCosts costs) implements SimulationCosts {
  @Override
  public double deviceNs(Work work, String device) {
    return costs.ns(work, device);
  }

  @Override
  public double hostNs(Work work, String device) {
    return 0;
  }

  @Override
  public double outputNs() {
    return 0;
  }

  @Override
  public double slowdown(String device, Work work, String other, Work otherWork) {
    return 1;
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
