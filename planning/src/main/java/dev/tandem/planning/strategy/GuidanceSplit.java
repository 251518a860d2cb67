package dev.tandem.planning.strategy;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.PlacementException;
import dev.tandem.orchestrator.placement.StageCosts;
import java.util.List;

/**
 * The conditional and the unconditional half of each step on two devices at once. A picture is
 * ready sooner, which no split between pictures can give.
 */
final class GuidanceSplit implements Strategy {
  @Override
  public String name() {
    return "guidance";
  }

  @Override
  public String description() {
    return "the two halves of each guided step on two devices at once";
  }

  @Override
  public Placement place(Job job, List<String> devices, StageCosts costs) {
    requireDevices(devices, 2);
    if (!job.guided()) {
      throw new PlacementException(
          "strategy 'guidance' splits guided steps, but this job has no guidance: its scale is 1,"
              + " or the model takes the scale as an input");
    }
    Best<DenoisePart> best = new Best<>();
    for (String conditional : devices) {
      for (String unconditional : devices) {
        if (!conditional.equals(unconditional)) {
          DeviceLoad load = new DeviceLoad(job, costs).halfSteps(conditional);
          best.offer(load.halfSteps(unconditional), DenoisePart.split(conditional, unconditional));
        }
      }
    }
    return Placement.of(List.of(new Lane(1, devices, List.of(best.get()), devices)));
  }
}
