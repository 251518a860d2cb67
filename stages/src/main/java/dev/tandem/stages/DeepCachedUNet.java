package dev.tandem.stages;

import dev.tandem.devices.Executable;
import dev.tandem.stages.unet.DeepCacheGraphs;
import dev.tandem.stages.unet.UNet2DConditionModel;
import java.util.List;
import java.util.Optional;

/**
 * The deep part is computed at every n-th step of a picture, and at the others taken over from the
 * latest evaluation that did.
 */
record DeepCachedUNet(StepCache.Deep cache, UNetPart full, UNetPart shallow) implements GuidedUNet {
  @Override
  public List<UNetPart> parts() {
    return List.of(full, shallow);
  }

  @Override
  public boolean ready(Denoising d, Half half) {
    return (shallow(d, half) ? shallow : full).ready(d, half);
  }

  @Override
  public boolean shallow(Denoising d, Half half) {
    int perStep = d.job().course().sampler().evaluationsPerStep();
    return !cache.full(d.step(), perStep)
        && half.halves().stream().allMatch(h -> d.kept(h).isPresent());
  }

  @Override
  public Evaluation evaluate(Denoising d, Half half, Runner runner) {
    if (shallow(d, half)) {
      Executable executable = shallow.prepared(d, half);
      executable
          .input(DeepCacheGraphs.DEEP)
          .set(Rows.join(half, h -> d.kept(h).orElseThrow().value()));
      runner.run(executable, d.step());
      return Evaluation.of(half, executable.output(UNet2DConditionModel.OUTPUT).toFloats(), true);
    }
    Executable executable = full.prepared(d, half);
    runner.run(executable, d.step());
    float[] deep = executable.output(DeepCacheGraphs.DEEP).toFloats();
    return new Evaluation(
        executable.output(UNet2DConditionModel.OUTPUT).toFloats(),
        Rows.split(half, deep).stream().map(Kept::deep).map(Optional::of).toList(),
        false);
  }
}
