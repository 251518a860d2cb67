package dev.tandem.planning.strategy;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.PlacementException;
import dev.tandem.orchestrator.placement.StageCosts;
import java.util.List;

/**
 * The first steps of a picture on one device, the rest on another, pipelined over pictures: while
 * the second finishes a picture, the first begins the next. Cut where the busier device works least
 * for a picture, text encoder and VAE included.
 */
final class StepSplit implements Strategy {
  @Override
  public String name() {
    return "steps";
  }

  @Override
  public String description() {
    return "the first steps on one device, the rest on another, pipelined over pictures";
  }

  @Override
  public Placement place(Job job, List<String> devices, StageCosts costs) {
    requireDevices(devices, 2);
    if (job.evaluations() < 2) {
      throw new PlacementException(
          "strategy 'steps' needs at least 2 steps to split, got " + job.evaluations());
    }
    Best<Lane> best = new Best<>();
    for (String first : devices) {
      for (String second : devices) {
        if (!first.equals(second)) {
          cuts(job, costs, first, second, best);
        }
      }
    }
    return Placement.of(List.of(best.get()));
  }

  private static void cuts(
      Job job, StageCosts costs, String first, String second, Best<Lane> best) {
    for (int cut = 1; cut < job.evaluations(); cut++) {
      List<DenoisePart> parts = List.of(DenoisePart.of(cut, first), DenoisePart.on(second));
      for (String text : List.of(first, second)) {
        for (String vae : List.of(second, first)) {
          DeviceLoad load = new DeviceLoad(job, costs).text(text).decode(vae);
          best.offer(
              load.steps(first, cut).steps(second, job.evaluations() - cut),
              new Lane(1, List.of(text), parts, List.of(vae)));
        }
      }
    }
  }
}
