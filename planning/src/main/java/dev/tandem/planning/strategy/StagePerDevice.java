package dev.tandem.planning.strategy;

import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts;
import java.util.List;

/**
 * A device for each stage: while one decodes a picture, another denoises the next. Of all ways to
 * give text, U-Net and VAE to devices, with U-Net and VAE apart, the one whose busiest device works
 * least for a picture.
 */
final class StagePerDevice implements Strategy {
  @Override
  public String name() {
    return "stage";
  }

  @Override
  public String description() {
    return "a device for each stage, pipelined over pictures";
  }

  @Override
  public Placement place(Job job, List<String> devices, StageCosts costs) {
    requireDevices(devices, 2);
    Best<Placement> best = new Best<>();
    for (String text : devices) {
      for (String unet : devices) {
        for (String vae : devices) {
          if (!unet.equals(vae)) {
            DeviceLoad load = new DeviceLoad(job, costs).text(text).decode(vae);
            best.offer(load.steps(unet, job.evaluations()), Placement.of(text, unet, vae));
          }
        }
      }
    }
    return best.get();
  }
}
