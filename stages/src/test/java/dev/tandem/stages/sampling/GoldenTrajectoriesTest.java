package dev.tandem.stages.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.stages.Json;
import dev.tandem.stages.checkpoint.SafeTensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every step of diffusers' samplers, for all prediction types, spacings and settings ({@code
 * training/golden/make_sampler_cases.py}): its model outputs go in, its samples must come out.
 */
class GoldenTrajectoriesTest {
  /** Of the largest magnitude of the expected samples. */
  private static final double BOUND = 1e-5;

  private static final double FRACTIONAL_TIMESTEP_BOUND = 1e-3;
  private static final Path FOLDER = Json.root().resolve("stages/src/test/resources/samplers");
  private static final JsonNode CASES = Json.file(FOLDER.resolve("schedulers.json")).get("cases");

  private static SafeTensors tensors;

  @BeforeAll
  static void open() {
    tensors = SafeTensors.open(FOLDER.resolve("schedulers.safetensors"));
  }

  @AfterAll
  static void close() {
    tensors.close();
  }

  static Stream<String> names() {
    return CASES.properties().stream().map(Map.Entry::getKey);
  }

  @Test
  void everyClassIsAmongTheCases() {
    assertThat(CASES.valueStream().map(c -> c.get("scheduler").asText()).distinct())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Solver.values()).map(Solver::diffusersClass).distinct().toList());
  }

  @ParameterizedTest
  @MethodSource("names")
  void followsDiffusersStepByStep(String name) {
    JsonNode known = CASES.get(name);
    Sampler sampler =
        Samplers.fromDiffusers(
            known.get("scheduler").asText(),
            known.get("config"),
            known.get("step_args"),
            known.get("steps").asInt());
    float[] timesteps = floats(name, "timesteps");
    float[] samples = floats(name, "samples");
    float[] inputs = floats(name, "model_inputs");
    float[] outputs = floats(name, "model_outputs");
    int size = outputs.length / timesteps.length;
    float scale = largestMagnitude(samples);
    float[] noises = tensors.contains(name + "/noises") ? floats(name, "noises") : new float[0];
    AtomicInteger drawn = new AtomicInteger();
    NoiseSource noise =
        count ->
            Arrays.copyOfRange(
                noises, drawn.get(), Math.min(drawn.addAndGet(count), noises.length));

    assertThat(sampler.evaluations()).isEqualTo(timesteps.length);
    assertThat((double) sampler.initNoiseSigma())
        .isCloseTo(known.get("init_noise_sigma").asDouble(), relative(1e-6));
    SamplerState state = sampler.start(Arrays.copyOf(samples, size));
    for (int i = 0; i < timesteps.length; i++) {
      assertThat(sampler.done(state)).isFalse();
      assertTimestep(sampler.timestep(state), timesteps[i]);
      assertClose(sampler.modelInput(state), part(inputs, i, size), scale, "input " + i);
      state = sampler.next(state, part(outputs, i, size), noise);
      assertClose(sampler.sample(state), part(samples, i + 1, size), scale, "sample " + (i + 1));
    }
    assertThat(sampler.done(state)).isTrue();
    assertThat(drawn.get()).as("noise values drawn").isEqualTo(noises.length);
  }

  private static void assertTimestep(float actual, float expected) {
    if (expected == Math.rint(expected)) {
      assertThat(actual).isEqualTo(expected);
    } else {
      assertThat((double) actual).isCloseTo(expected, offset(FRACTIONAL_TIMESTEP_BOUND));
    }
  }

  private static void assertClose(float[] actual, float[] expected, float scale, String what) {
    double worst = 0;
    for (int k = 0; k < expected.length; k++) {
      worst = Math.max(worst, Math.abs(actual[k] - expected[k]) / scale);
    }
    assertThat(worst).as("error of %s", what).isLessThanOrEqualTo(BOUND);
  }

  private static Percentage relative(double share) {
    return withPercentage(100 * share);
  }

  private static float[] floats(String name, String kind) {
    return tensors.get(name + "/" + kind).toFloats();
  }

  private static float[] part(float[] all, int index, int size) {
    return Arrays.copyOfRange(all, index * size, (index + 1) * size);
  }

  private static float largestMagnitude(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
