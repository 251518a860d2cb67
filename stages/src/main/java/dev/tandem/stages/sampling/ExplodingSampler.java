package dev.tandem.stages.sampling;

/** What the samplers on {@code x = x0 + sigma epsilon} share. */
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
    double sigma = sigma(levelOf(state));
    return state.latent().times(1 / Math.sqrt(sigma * sigma + 1));
  }

  final PredictionType prediction() {
    return prediction;
  }

  final double sigma(int level) {
    return schedule.sigma(level);
  }

  /** Which noise level a state's sample is at. */
  int levelOf(SamplerState state) {
    return state.step();
  }

  /** The predicted noise, which is also dx/dsigma (Karras et al. 2022, eq. 1). */
  final Latent slope(Latent x, Latent output, double sigma) {
    return prediction.epsilon(x, output, 1, sigma);
  }

  final Latent cleanLatent(Latent x, Latent output, double sigma) {
    return prediction.cleanLatent(x, output, 1, sigma);
  }
}
