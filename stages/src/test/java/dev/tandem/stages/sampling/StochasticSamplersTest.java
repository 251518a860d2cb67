package dev.tandem.stages.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Samplers are element-wise, so one latent of many values is as many independent samples: with a
 * perfect model, they must be distributed as the data are, whether noise is added on the way or
 * not.
 */
class StochasticSamplersTest {
  private static final GaussianMixture DATA = new GaussianMixture(-1, 1.5, 0.5);
  private static final int SAMPLES = 20_000;
  private static final long SEED = 11;

  @ParameterizedTest
  @CsvSource({
    "ddpm, 0, 250",
    "ddim, 0, 100",
    "ddim, 0.5, 100",
    "ddim, 1, 250",
    "euler, 0, 100",
    "euler_a, 0, 100",
    "dpmpp_2m, 0, 60",
    "dpmpp_2m_sde, 0, 100",
    "unipc, 0, 60",
    "lcm, 0, 40",
  })
  void samplesAreDistributedAsTheData(String name, double eta, int steps) {
    ObjectNode config =
        Configs.stableDiffusion("{'clip_sample': false, 'timestep_spacing': 'trailing'}");
    NoiseSchedule schedule = NoiseSchedule.of(new SchedulerConfig(config));
    SigmaTable table = new SigmaTable(schedule);
    Sampler sampler = Samplers.of(name, config, StepOptions.DEFAULT.withEta(eta), steps);
    Random random = new Random(SEED);
    float[] x = gaussian(random, SAMPLES);
    for (int k = 0; k < SAMPLES; k++) {
      x[k] *= sampler.initNoiseSigma();
    }
    SamplerState state = sampler.start(x);
    while (!sampler.done(state)) {
      double sigma = table.sigma(sampler.timestep(state));
      double alpha = 1 / Math.sqrt(sigma * sigma + 1);
      float[] answer = sampler.modelInput(state);
      for (int k = 0; k < SAMPLES; k++) {
        answer[k] = (float) DATA.answer(PredictionType.EPSILON, answer[k], alpha, alpha * sigma);
      }
      state = sampler.next(state, answer, count -> gaussian(random, count));
    }

    assertMoments(name, sampler.sample(state));
  }

  private static void assertMoments(String name, float[] samples) {
    double mean = 0;
    double positive = 0;
    for (float sample : samples) {
      mean += sample / SAMPLES;
      positive += sample > DATA.mean() ? 1.0 / SAMPLES : 0;
    }
    double variance = 0;
    for (float sample : samples) {
      variance += (sample - mean) * (sample - mean) / SAMPLES;
    }
    assertThat(mean).as("mean").isCloseTo(DATA.mean(), offset(0.03));
    assertThat(positive).as("share of the upper mode").isCloseTo(0.5, offset(0.015));
    // A consistency step keeps only the mean of what a noisy sample may come from: LCM with a model
    // that was not distilled loses spread.
    double lost = name.equals("lcm") ? 0.25 : 0.03;
    assertThat(variance / DATA.variance()).as("variance ratio").isBetween(1 - lost, 1.03);
  }

  private static float[] gaussian(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
