package dev.tandem.stages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executables;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Recompute;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.Samplers;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A U-Net whose skips are computed again computes the same bits, in less memory. */
class RecomputedUNetTest {
  private final ModelPlan plan =
      ModelPlan.of(ModelFolder.open(Json.root().resolve("models/default")));

  @Test
  void theSameBits() {
    try (Device device = Devices.open("reference");
        Executables executables = new Executables(device)) {
      float[] kept = evaluate(executables, 0);
      for (int percent : new int[] {1, 10, Recompute.ALL}) {
        assertThat(evaluate(executables, percent)).as(percent + "%").isEqualTo(kept);
      }
      assertThat(executables.compiled()).isEqualTo(4);
    }
  }

  @Test
  void ofThisModelTooTheFirstPercentSavesMost() {
    Graph whole = plan.stage(StagePlan.DENOISE).graphs(1, 256, 256).getFirst();
    assertThat(Recompute.skips(whole)).hasSize(6);
    assertThat(peak(whole, 1)).isLessThan(peak(whole, 0));
    assertThat(peak(whole, Recompute.ALL)).isGreaterThan(peak(whole, 1));
  }

  private static long peak(Graph whole, int percent) {
    return MemoryPlan.of(Fusion.apply(Recompute.apply(whole, percent)), 64).peakLiveBytes();
  }

  private float[] evaluate(Executables executables, int percent) {
    CompileOptions options = CompileOptions.DEFAULT.withRecompute(percent);
    float[] words = new float[plan.tokens() * plan.unet().contextDim()];
    Arrays.fill(words, 0.5f);
    Conditioning prompt = Conditioning.of(plan.tokens(), words);
    DenoiseStage.Job job =
        new DenoiseStage.Job(
            prompt,
            prompt.zeros(),
            Guidance.of(3),
            1,
            8,
            8,
            Samplers.of(plan.folder().scheduler().config().json(), 2));
    try (DenoiseStage stage = new DenoiseStage(plan, executables, options)) {
      return stage.evaluate(new Denoising(job, plan), Half.BOTH, Runner.DIRECT).output();
    }
  }
}
