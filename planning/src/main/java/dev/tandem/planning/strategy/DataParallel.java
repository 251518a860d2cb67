package dev.tandem.planning.strategy;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts;
import java.util.List;

/**
 * Each device makes whole pictures. A device is given its next picture when it is free, if no other
 * is expected to have finished it earlier; so the pictures are shared out by speed.
 */
final class DataParallel implements Strategy {
  private static final double ROUNDING = 1000;

  @Override
  public String name() {
    return "data";
  }

  @Override
  public String description() {
    return "each device makes whole pictures, as many as it can";
  }

  @Override
  public Placement place(Job job, List<String> devices, StageCosts costs) {
    requireDevices(devices, 2);
    double fastest =
        devices.stream()
            .mapToDouble(d -> DeviceLoad.of(job, costs, d).workNs())
            .min()
            .orElseThrow();
    return Placement.of(
        devices.stream()
            .map(
                d -> {
                  double share = fastest / DeviceLoad.of(job, costs, d).workNs();
                  double rounded = Math.max(1, Math.rint(share * ROUNDING)) / ROUNDING;
                  return new Lane(rounded, List.of(d), List.of(DenoisePart.on(d)), List.of(d));
                })
            .toList());
  }
}
