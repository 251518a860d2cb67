package dev.tandem.stages.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The first and the last step of runs, and runs of one step. */
class EndsTest {
  private static final float[] CLEAN = {0.9f, -0.4f, 0.1f, -1.3f, 0, 0.6f};

  static Stream<Arguments> runsThatEndAtNoNoise() {
    List<Arguments> runs = new ArrayList<>();
    for (String name : Samplers.names()) {
      for (PredictionType prediction : PredictionType.values()) {
        for (TimestepSpacing spacing : TimestepSpacing.values()) {
          for (int steps : new int[] {1, 2, 3, 9, 20}) {
            if (!mixesNoiseLevels(name, prediction, spacing, steps)) {
              runs.add(Arguments.of(name, prediction, spacing, steps));
            }
          }
        }
      }
    }
    return runs.stream();
  }

  /**
   * Pseudo numerical methods take outputs of several noise levels for those of one, and gaps of
   * rounded lengths for equal ones: exact only where both make no difference.
   */
  private static boolean mixesNoiseLevels(
      String name, PredictionType prediction, TimestepSpacing spacing, int steps) {
    boolean equalGaps = spacing == TimestepSpacing.LEADING && steps == 20;
    return (name.equals("pndm") || name.equals("plms"))
        && !(prediction == PredictionType.EPSILON && equalGaps);
  }

  /**
   * A model that always knows the clean latent leads every sampler exactly to it, because the last
   * step ends where no noise is left.
   */
  @ParameterizedTest
  @MethodSource("runsThatEndAtNoNoise")
  void aModelThatKnowsTheCleanLatentLeadsToIt(
      String name, PredictionType prediction, TimestepSpacing spacing, int steps) {
    ObjectNode config =
        Configs.stableDiffusion("{'clip_sample': false, 'set_alpha_to_one': true}")
            .put("prediction_type", prediction.key())
            .put("timestep_spacing", spacing.name().toLowerCase(Locale.ROOT));
    Sampler sampler = Samplers.of(name, config, steps);
    NoiseSchedule schedule = NoiseSchedule.of(new SchedulerConfig(config));

    float[] end = run(sampler, schedule, prediction);

    for (int k = 0; k < CLEAN.length; k++) {
      // LCM mixes 0.25 / ((10 t)^2 + 0.25) of its input in: nothing, except at timestep 0.
      assertThat(end[k]).isCloseTo(CLEAN[k], offset(2e-4f));
    }
  }

  private static float[] run(Sampler sampler, NoiseSchedule schedule, PredictionType prediction) {
    SigmaTable table = new SigmaTable(schedule);
    Random random = new Random(3);
    SamplerState state = sampler.start(start(sampler, random));
    while (!sampler.done(state)) {
      double sigma = table.sigma(sampler.timestep(state));
      double alpha = 1 / Math.sqrt(sigma * sigma + 1);
      float[] answer = sampler.modelInput(state);
      for (int k = 0; k < answer.length; k++) {
        answer[k] = answer(prediction, answer[k], CLEAN[k], alpha, alpha * sigma);
      }
      state = sampler.next(state, answer, n -> gaussian(random, n));
    }
    return sampler.sample(state);
  }

  private static float answer(
      PredictionType prediction, double x, double clean, double alpha, double noise) {
    double epsilon = (x - alpha * clean) / noise;
    return switch (prediction) {
      case EPSILON -> (float) epsilon;
      case V -> (float) (alpha * epsilon - noise * clean);
      case SAMPLE -> (float) clean;
    };
  }

  private static float[] start(Sampler sampler, Random random) {
    float[] x = gaussian(random, CLEAN.length);
    for (int k = 0; k < x.length; k++) {
      x[k] *= sampler.initNoiseSigma();
    }
    return x;
  }

  private static float[] gaussian(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({
    "leading, 1000 training steps in 4, 750, 500, 250, 0",
    "trailing, 1000 training steps in 4, 999, 749, 499, 249",
    "linspace, 1000 training steps in 4, 999, 666, 333, 0",
  })
  void spacingsVisitTheseTimesteps(
      String spacing, String what, float first, float second, float third, float last) {
    ObjectNode config = Configs.stableDiffusion("{}").put("timestep_spacing", spacing);

    assertThat(timesteps(Samplers.of("ddim", config, 4)))
        .as(what)
        .containsExactly(first, second, third, last);
  }

  @Test
  void oneLeadingStepAsksAtTheOffset() {
    ObjectNode config = Configs.stableDiffusion("{'steps_offset': 1}");

    assertThat(timesteps(Samplers.of("ddim", config, 1))).containsExactly(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ddpm", "ddim", "euler"})
  void aRunOverAllTrainingStepsVisitsEachOnceWhateverTheOffset(String name) {
    ObjectNode config =
        Configs.stableDiffusion("{'steps_offset': 1, 'timestep_spacing': 'leading'}");
    float[] timesteps = timesteps(Samplers.of(name, config, 1000));
    assertThat(timesteps).hasSize(1000);
    assertThat(timesteps[0]).isLessThanOrEqualTo(999);
    for (int i = 1; i < timesteps.length; i++) {
      assertThat(timesteps[i]).isLessThanOrEqualTo(timesteps[i - 1]);
    }
    assertThat(timesteps[999]).isZero();
  }

  /** As tried with diffusers 0.42.1: what is refused here, fails or gives NaN there. */
  @ParameterizedTest
  @CsvSource({
    "leading, 0, 998, 999",
    "leading, 1, 998, 998",
    "linspace, 0, 999, 999",
    "trailing, 1, 1000, 1000"
  })
  void multistepSolversTakeAsManyStepsAsInDiffusers(
      String spacing, int offset, int below, int most) {
    ObjectNode config =
        Configs.stableDiffusion("{}").put("timestep_spacing", spacing).put("steps_offset", offset);
    for (String name : List.of("dpmpp_2m", "dpmpp_3m", "dpmpp_2m_sde", "unipc")) {
      for (int steps = below; steps <= 1000; steps++) {
        int n = steps;
        if (n <= most) {
          assertThat(Samplers.of(name, config, n).evaluations()).isEqualTo(n);
        } else {
          assertThatThrownBy(() -> Samplers.of(name, config, n))
              .as(name + " " + n)
              .hasMessageContaining("as in diffusers, which fails or gives NaN there");
        }
      }
    }
    assertThat(Samplers.of("dpmpp_2s", config, 1000).evaluations()).isEqualTo(1000);
  }

  /**
   * Last samples of diffusers 0.42.1 for the model output {@code tanh(0.7 x) (0.5 + t / 2000)} and
   * the start -2, -2/3, 2/3, 2. Its coefficients are in single precision: the bound allows for 1000
   * of them.
   */
  @ParameterizedTest
  @CsvSource({
    "dpmpp_2m, trailing, 2.26165, 16.74047",
    "dpmpp_3m, trailing, 2.26165, 16.74046",
    "unipc, trailing, 2.26164, 16.74047",
    "dpmpp_2s, linspace, 2.26162, 16.74019"
  })
  void allTrainingStepsEndWhereDiffusersEnds(String name, String spacing, float near, float far) {
    ObjectNode config = Configs.stableDiffusion("{}").put("timestep_spacing", spacing);
    Sampler sampler = Samplers.of(name, config, 1000);
    SamplerState state = sampler.start(new float[] {-2, -2 / 3f, 2 / 3f, 2});
    while (!sampler.done(state)) {
      float[] x = sampler.modelInput(state);
      float t = sampler.timestep(state);
      for (int k = 0; k < x.length; k++) {
        x[k] = (float) (Math.tanh(0.7 * x[k]) * (0.5 + t / 2000));
      }
      state = sampler.next(state, x, NoiseSource.none());
    }
    assertThat(sampler.sample(state))
        .containsExactly(new float[] {-far, -near, near, far}, offset(5e-4f));
  }

  @Test
  void trailingRunsNeverAskAtANegativeTimestep() {
    ObjectNode config = Configs.stableDiffusion("{'timestep_spacing': 'trailing'}");
    for (int steps = 1; steps <= 1000; steps++) {
      float[] timesteps = timesteps(Samplers.of("ddim", config, steps));
      assertThat(timesteps).hasSize(steps);
      assertThat(timesteps[0]).isEqualTo(999);
      assertThat(timesteps[steps - 1]).isNotNegative();
    }
  }

  @Test
  void heunAsksTwicePerStepButOnceAtItsEnds() {
    ObjectNode config = Configs.stableDiffusion("{'timestep_spacing': 'trailing'}");

    assertThat(timesteps(Samplers.of("heun", config, 4)))
        .containsExactly(999, 749, 749, 499, 499, 249, 249);
  }

  @Test
  void plmsTakesItsFirstStepTwice() {
    ObjectNode config = Configs.stableDiffusion("{'timestep_spacing': 'trailing'}");

    assertThat(timesteps(Samplers.of("plms", config, 4))).containsExactly(999, 749, 749, 499, 249);
  }

  @Test
  void pndmStartsWithThreeRungeKuttaSteps() {
    ObjectNode config = Configs.stableDiffusion("{'timestep_spacing': 'trailing'}");

    assertThat(timesteps(Samplers.of("pndm", config, 5)))
        .containsExactly(999, 899, 899, 799, 799, 699, 699, 599, 599, 499, 499, 399, 399, 199);
  }

  @ParameterizedTest
  @CsvSource({"euler, 14.6146", "euler_a, 14.6146", "heun, 14.6146", "lms, 14.6146", "ddim, 1"})
  void startsAtTheNoiseLevelOfTheLastTrainingStep(String name, float sigma) {
    ObjectNode config = Configs.stableDiffusion("{'timestep_spacing': 'trailing'}");

    assertThat(Samplers.of(name, config, 10).initNoiseSigma()).isCloseTo(sigma, offset(1e-4f));
  }

  private static float[] timesteps(Sampler sampler) {
    float[] timesteps = new float[sampler.evaluations()];
    SamplerState state = sampler.start(new float[] {1});
    for (int i = 0; i < timesteps.length; i++) {
      timesteps[i] = sampler.timestep(state);
      state = sampler.next(state, new float[] {0}, count -> new float[count]);
    }
    return timesteps;
  }
}
