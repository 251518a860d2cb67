package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executables;
import dev.tandem.graph.Recompute;
import dev.tandem.stages.Conditioning;
import dev.tandem.stages.DenoiseStage;
import dev.tandem.stages.Denoising;
import dev.tandem.stages.Half;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.Runner;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.Samplers;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Skips that are computed again are the same bits on real devices; halves are the whole step. */
class RecomputedStepTest {
  private final ModelPlan plan = ModelPlan.of(ModelFolder.open(Run.MODEL));

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "opencl:0", "opencl:0,family=gpu"})
  void theSameBits(String spec) {
    try (Device device = Devices.open(spec);
        Executables executables = new Executables(device)) {
      float[] kept = step(executables, 0, Half.BOTH);
      assertThat(step(executables, 1, Half.BOTH)).isEqualTo(kept);
      assertThat(step(executables, Recompute.ALL, Half.BOTH)).isEqualTo(kept);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "opencl:0"})
  void halvesOneAfterTheOtherAreTheWholeStep(String spec) {
    try (Device device = Devices.open(spec);
        Executables executables = new Executables(device)) {
      float[] both = step(executables, 0, Half.BOTH);
      float[] unconditional = step(executables, 0, Half.UNCONDITIONAL);
      float[] conditional = step(executables, 0, Half.CONDITIONAL);
      int n = both.length / 2;
      double scale = 0;
      double most = 0;
      for (int i = 0; i < n; i++) {
        scale = Math.max(scale, Math.abs(both[i]));
        most = Math.max(most, Math.abs(both[i] - unconditional[i]));
        most = Math.max(most, Math.abs(both[n + i] - conditional[i]));
      }
      assertThat(most).isLessThan(1e-5 * scale);
      assertThat(conditional).as("halves differ").isNotEqualTo(unconditional);
    }
  }

  private float[] step(Executables executables, int percent, Half half) {
    float[] words = new float[plan.tokens() * plan.unet().contextDim()];
    Arrays.fill(words, 0.5f);
    DenoiseStage.Job job =
        new DenoiseStage.Job(
            Conditioning.of(plan.tokens(), words),
            Conditioning.of(plan.tokens(), new float[words.length]),
            Guidance.of(3),
            1,
            16,
            16,
            Samplers.of(plan.folder().scheduler().config().json(), 2));
    CompileOptions options = CompileOptions.DEFAULT.withRecompute(percent);
    try (DenoiseStage stage = new DenoiseStage(plan, executables, options)) {
      return stage.evaluate(new Denoising(job, plan), half, Runner.DIRECT).output();
    }
  }
}
