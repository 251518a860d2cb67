package dev.tandem.stages;

import dev.tandem.devices.Executable;
import dev.tandem.stages.unet.UNet2DConditionModel;
import java.util.List;

/** Every evaluation computes the whole network. */
record WholeUNet(UNetPart part) implements GuidedUNet {
  @Override
  public List<UNetPart> parts() {
    return List.of(part);
  }

  @Override
  public boolean ready(Denoising d, Half half) {
    return part.ready(d, half);
  }

  @Override
  public boolean shallow(Denoising d, Half half) {
    return false;
  }

  @Override
  public Evaluation evaluate(Denoising d, Half half, Runner runner) {
    Executable executable = part.prepared(d, half);
    runner.run(executable, d.step());
    return Evaluation.of(half, executable.output(UNet2DConditionModel.OUTPUT).toFloats(), false);
  }
}
