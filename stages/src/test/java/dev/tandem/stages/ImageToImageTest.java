package dev.tandem.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executables;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.sampling.Course;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.sampling.Samplers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures made from a picture are those of diffusers, for each kind of pipeline and of VAE. */
class ImageToImageTest {
  private static final double BOUND = 1e-4;
  private static final Path GOLDEN =
      Json.root().resolve("stages/src/test/resources/image-to-image");

  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource({
    "sd1, DDIMScheduler, epsilon, 6, 0.5, 3",
    "sd2, EulerDiscreteScheduler, v_prediction, 6, 0.5, 3",
    "taesd, EulerAncestralDiscreteScheduler, v_prediction, 6, 0.5, 3",
    "sdxl, EulerDiscreteScheduler, epsilon, 6, 0.5, 3",
    "lcm, LCMScheduler, epsilon, 4, 0.3, 4",
    "lcm, LCMScheduler, epsilon, 4, 0.6, 4",
    "lcm, LCMScheduler, epsilon, 4, 1.0, 4"
  })
  void latentsAreThoseOfDiffusers(
      String kind, String scheduler, String prediction, int steps, double strength, int left)
      throws IOException {
    ModelPlan plan = ModelPlan.of(ModelFolder.open(TinyFolder.write(dir, kind)));
    Sampler sampler = sampler(scheduler, prediction, steps);
    CompileOptions options = CompileOptions.DEFAULT;
    try (SafeTensors golden = SafeTensors.open(GOLDEN.resolve(kind + ".safetensors"));
        Device device = Devices.open("reference");
        Executables executables = new Executables(device);
        EncodeStage encode = new EncodeStage(plan, executables, options);
        DenoiseStage denoise = new DenoiseStage(plan, executables, options)) {
      int height = golden.get("image").shape().dim(2);
      int width = golden.get("image").shape().dim(3);
      EncodedPicture picture =
          encode.encode(channelsLast(golden.get("image")), height, width, Runner.DIRECT);
      DenoiseStage.Job job =
          new DenoiseStage.Job(
              text(golden, "prompt", "pooled"),
              text(golden, "negative", "negative_pooled"),
              Guidance.of(3),
              7,
              height / plan.scaleFactor(),
              width / plan.scaleFactor(),
              plan.course(sampler, steps, strength),
              Optional.of(picture));
      Denoising d = new Denoising(job, plan);
      assertThat(d.evaluations()).isEqualTo(left);
      assertNear(d, golden.get(strength + ".start"));
      while (!d.done()) {
        d.advance(denoise.evaluate(d, d.guided() ? Half.BOTH : Half.CONDITIONAL, Runner.DIRECT));
      }
      assertThat(d.step()).isEqualTo(left);
      assertNear(d, golden.get(strength + ".latents"));
    }
  }

  private static Sampler sampler(String scheduler, String prediction, int steps) {
    ObjectNode config = new ObjectMapper().createObjectNode();
    config.put("_class_name", scheduler).put("prediction_type", prediction);
    config.put("beta_start", 0.00085).put("beta_end", 0.012).put("beta_schedule", "scaled_linear");
    return Samplers.of(config, steps);
  }

  private static Conditioning text(SafeTensors golden, String hidden, String pooled) {
    float[] vector = golden.contains(pooled) ? golden.get(pooled).toFloats() : new float[0];
    return new Conditioning(77, golden.get(hidden).toFloats(), vector);
  }

  private static float[] channelsLast(Tensor t) {
    return Layout.toChannelsLast(t.toFloats(), t.shape().dim(1));
  }

  private static void assertNear(Denoising d, Tensor expected) {
    assertThat(OpCaseRunner.error(d.latents(), channelsLast(expected))).isLessThan(BOUND);
  }

  @ParameterizedTest
  @CsvSource({
    "DDIMScheduler, 10, 0.3, 3",
    "DDIMScheduler, 10, 0.69999, 6",
    "DDIMScheduler, 10, 1, 10",
    "HeunDiscreteScheduler, 10, 0.3, 5",
    "HeunDiscreteScheduler, 10, 1, 19",
    "LCMScheduler, 10, 0.3, 3"
  })
  void aCourseHasTheStepsThatAreLeft(String scheduler, int steps, double strength, int left) {
    Sampler sampler = sampler(scheduler, "epsilon", steps);
    assertThat(Course.last(sampler, steps, strength).evaluations()).isEqualTo(left);
    assertThat(Course.whole(sampler).evaluations()).isEqualTo(sampler.evaluations());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01, 0.0999})
  void aStrengthThatLeavesNoStepIsRefused(double strength) {
    Sampler sampler = sampler("DDIMScheduler", "epsilon", 10);
    assertThatThrownBy(() -> Course.last(sampler, 10, strength))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("strength " + strength + " leaves none of the 10 steps");
    assertThatThrownBy(() -> Course.last(sampler, 10, -strength - 0.1))
        .hasMessageContaining("strength must be 0 to 1");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.15})
  void aStrengthThatLeavesTooFewTimestepsIsRefused(double strength) {
    Sampler sampler = sampler("LCMScheduler", "epsilon", 8);
    assertThatThrownBy(() -> Course.consistency(sampler, 8, strength))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("strength " + strength, "fewer than the 8 steps");
  }
}
