package dev.tandem.stages.sampling;

/**
 * What the samplers on {@code x = x0 + sigma epsilon} share.
 *
 * <p>They compute in float, one rounding after another, like the reference: with a
 * zero-terminal-SNR or cosine schedule a step comes down from noise of magnitude 4096 and more, and
 * what is left over depends on every rounding.
 */
abstract class ExplodingSampler extends TimestepSampler {
  private final SigmaSchedule schedule;
  private final PredictionType prediction;

  ExplodingSampler(String name, SchedulerConfig config, SigmaSchedule schedule) {
    this(name, config, schedule, schedule.timesteps());
  }

  ExplodingSampler(String name, SchedulerConfig config, SigmaSchedule schedule, float[] timesteps) {
    super(name, timesteps, schedule.initNoiseSigma(ExplodingSchedule.startsWithSignal(config)));
    this.schedule = schedule;
    this.prediction = config.predictionType();
  }

  @Override
  final Latent scaledInput(SamplerState state) {
    float norm = norm(sigma(levelOf(state.step())));
    return Latent.zip(state.latent(), state.latent(), (x, same) -> x / norm);
  }

  final PredictionType prediction() {
    return prediction;
  }

  final float sigma(int level) {
    return schedule.sigma(level);
  }

  /** Which noise level the sample of an evaluation is at. */
  int levelOf(int evaluation) {
    return evaluation;
  }

  @Override
  final Latent noisy(Latent clean, Latent noise, int evaluation) {
    return along(clean, noise, sigma(levelOf(evaluation)));
  }

  /** The clean latent that an answer stands for. */
  final Latent cleanLatent(Latent x, Latent output, float sigma) {
    return switch (prediction) {
      case EPSILON -> Latent.zip(x, output, (a, m) -> a - sigma * m);
      case V -> {
        float share = sigma * sigma + 1;
        float weight = -sigma / norm(sigma);
        yield Latent.zip(x, output, (a, m) -> m * weight + a / share);
      }
      case SAMPLE -> output;
    };
  }

  /** The predicted noise, which is also dx/dsigma (Karras et al. 2022, eq. 1). */
  static Latent slope(Latent x, Latent clean, float sigma) {
    return Latent.zip(x, clean, (a, c) -> (a - c) / sigma);
  }

  /** The sample after a straight step. */
  static Latent along(Latent x, Latent slope, float gap) {
    return Latent.zip(x, slope, (a, d) -> a + d * gap);
  }

  private static float norm(float sigma) {
    return (float) Math.sqrt(sigma * sigma + 1);
  }
}
