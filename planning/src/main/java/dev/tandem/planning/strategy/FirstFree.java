package dev.tandem.planning.strategy;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.Comparator;
import java.util.List;

/**
 * The U-Net on the device that is fastest at it; text encoder and VAE, for each picture anew, on
 * the device that is expected to finish them first, with what it has to do already.
 */
final class FirstFree implements Strategy {
  @Override
  public String name() {
    return "free";
  }

  @Override
  public String description() {
    return "U-Net on the fastest device, text and VAE where they will be finished first";
  }

  @Override
  public Placement place(Job job, List<String> devices, StageCosts costs) {
    requireDevices(devices, 2);
    String unet =
        devices.stream().min(Comparator.comparingLong(d -> costs.ns(Work.STEP, d))).orElseThrow();
    return Placement.of(List.of(new Lane(1, devices, List.of(DenoisePart.on(unet)), devices)));
  }
}
