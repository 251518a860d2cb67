package dev.tandem.stages.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs that set out in the middle, from a latent with noise added. */
class MiddleStartTest {
  private static final int STEPS = 12;
  private static final int SIZE = 20;

  /** LMS and PNDM are not here: what diffusers makes of their first steps is not consistent. */
  static Stream<String> consistent() {
    return Stream.of(
        "ddpm",
        "ddim",
        "euler",
        "euler_karras",
        "euler_a",
        "heun",
        "dpmpp_2m",
        "dpmpp_3m_karras",
        "dpmpp_2m_sde",
        "dpmpp_2s",
        "unipc",
        "lcm");
  }

  static List<String> all() {
    return Samplers.names();
  }

  @ParameterizedTest
  @MethodSource("consistent")
  void aModelThatKnowsTheCleanLatentLeadsToIt(String name) {
    Sampler sampler = sampler(name);
    float[] clean = normal(1);
    for (double strength : new double[] {0.1, 0.25, 0.5, 0.9, 1}) {
      Course course = Course.last(sampler, STEPS, strength);
      SamplerState state = sampler.start(clean, normal(2), course.first());
      Random random = new Random(3);
      while (!sampler.done(state)) {
        state = sampler.next(state, clean, n -> normal(random, n));
      }
      assertThat(state.count()).isEqualTo(course.evaluations());
      float[] end = sampler.sample(state);
      for (int i = 0; i < SIZE; i++) {
        assertThat(end[i]).as(name + " " + strength).isCloseTo(clean[i], within());
      }
    }
  }

  private static org.assertj.core.data.Offset<Float> within() {
    return org.assertj.core.data.Offset.offset(2e-3f);
  }

  @ParameterizedTest
  @MethodSource("all")
  void theFirstTimestepIsThatOfAFullRun(String name) {
    Sampler sampler = sampler(name);
    Course course = Course.last(sampler, STEPS, 0.5);
    SamplerState full = sampler.start(normal(1));
    for (int i = 0; i < course.first(); i++) {
      full = sampler.next(full, normal(i), MiddleStartTest::zeros);
    }
    SamplerState middle = sampler.start(normal(1), normal(2), course.first());
    assertThat(sampler.timestep(middle)).isEqualTo(sampler.timestep(full));
    assertThat(middle.count()).isZero();
    assertThat(middle).isEqualTo(sampler.start(normal(1), normal(2), course.first()));
  }

  @ParameterizedTest
  @MethodSource("all")
  void evaluationsThatDoNotExistAreRefused(String name) {
    Sampler sampler = sampler(name);
    float[] latent = normal(1);
    for (int first : new int[] {-1, sampler.evaluations(), sampler.evaluations() + 1}) {
      assertThatThrownBy(() -> sampler.start(latent, latent, first))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cannot begin at evaluation " + first);
    }
    assertThatThrownBy(() -> sampler.start(latent, new float[3], 0))
        .hasMessageContaining("3 noise values for a latent of " + SIZE);
  }

  private static Sampler sampler(String name) {
    ObjectNode config = new ObjectMapper().createObjectNode();
    config.put("prediction_type", "sample").put("clip_sample", false);
    config.put("beta_start", 0.00085).put("beta_end", 0.012).put("beta_schedule", "scaled_linear");
    return Samplers.of(name, config, STEPS);
  }

  private static float[] normal(int seed) {
    return normal(new Random(seed), SIZE);
  }

  private static float[] normal(Random random, int n) {
    float[] out = new float[n];
    for (int i = 0; i < n; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return out;
  }

  private static float[] zeros(int n) {
    return new float[n];
  }
}
