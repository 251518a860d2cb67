package dev.tandem.planning.strategy;

import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts;
import java.util.Comparator;
import java.util.List;

/** Everything on the device that makes a picture soonest. */
final class SingleDevice implements Strategy {
  @Override
  public String name() {
    return "single";
  }

  @Override
  public String description() {
    return "everything on the fastest device";
  }

  @Override
  public Placement place(Job job, List<String> devices, StageCosts costs) {
    requireDevices(devices, 1);
    return devices.stream()
        .min(Comparator.comparingDouble(d -> DeviceLoad.of(job, costs, d).workNs()))
        .map(Placement::on)
        .orElseThrow();
  }
}
