package dev.tandem.stages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Executables;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.Samplers;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The U-Net's inputs are those of the picture, on a device whose outputs depend on all inputs. */
class DenoiseStageTest {
  private final ModelPlan plan =
      ModelPlan.of(ModelFolder.open(Json.root().resolve("models/default")));

  @Test
  void whatIsCompiledAgainGetsThePicturesTextAgain() {
    try (RecordingDevice device = new RecordingDevice();
        Executables executables = new Executables(device);
        DenoiseStage stage = new DenoiseStage(plan, executables, CompileOptions.DEFAULT)) {
      Denoising picture = denoising(1);
      float[] first = stage.evaluate(picture, Half.BOTH, Runner.DIRECT).output();
      executables.closeModel(plan.id());
      assertThat(stage.ready(picture, Half.BOTH)).isFalse();
      assertThat(stage.evaluate(picture, Half.BOTH, Runner.DIRECT).output()).isEqualTo(first);
      assertThat(executables.compiled()).isEqualTo(2);
    }
  }

  @Test
  void picturesInTurnKeepTheirTexts() {
    try (RecordingDevice device = new RecordingDevice();
        Executables executables = new Executables(device);
        DenoiseStage stage = new DenoiseStage(plan, executables, CompileOptions.DEFAULT)) {
      Denoising a = denoising(1);
      Denoising b = denoising(2);
      float[] ofA = stage.evaluate(a, Half.BOTH, Runner.DIRECT).output();
      float[] ofB = stage.evaluate(b, Half.BOTH, Runner.DIRECT).output();
      assertThat(ofA).isNotEqualTo(ofB);
      assertThat(stage.evaluate(a, Half.BOTH, Runner.DIRECT).output()).isEqualTo(ofA);
      float[] with = stage.evaluate(a, Half.CONDITIONAL, Runner.DIRECT).output();
      float[] without = stage.evaluate(a, Half.UNCONDITIONAL, Runner.DIRECT).output();
      int half = ofA.length / 2;
      assertThat(without).hasSize(half).isNotEqualTo(with);
      assertThat(stage.evaluate(b, Half.BOTH, Runner.DIRECT).output()).isEqualTo(ofB);
      assertThat(executables.compiled()).isEqualTo(2);
    }
  }

  private Denoising denoising(float text) {
    float[] words = new float[plan.tokens() * plan.unet().contextDim()];
    Arrays.fill(words, text);
    Conditioning prompt = Conditioning.of(plan.tokens(), words);
    return new Denoising(
        new DenoiseStage.Job(
            prompt,
            prompt.zeros(),
            Guidance.of(3),
            1,
            8,
            8,
            Samplers.of(plan.folder().scheduler().config().json(), 2)),
        plan);
  }
}
