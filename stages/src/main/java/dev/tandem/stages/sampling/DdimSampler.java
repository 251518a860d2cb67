package dev.tandem.stages.sampling;

/**
 * DDIM (Song, Meng and Ermon 2021, eq. 12 and 16; diffusers {@code scheduling_ddim.py}):
 *
 * <pre>
 *   x_prev = sqrt(a_prev) x0 + sqrt(1 - a_prev - s^2) epsilon + s z
 *   s = eta sqrt((1 - a_prev) / (1 - a) (1 - a / a_prev))
 * </pre>
 */
final class DdimSampler extends TimestepSampler {
  private final double[] alphas;
  private final double[] nextAlphas;
  private final PredictionType prediction;
  private final CleanLatentLimit limit;
  private final StepOptions options;

  private DdimSampler(
      String name,
      float[] timesteps,
      double[] alphas,
      double[] nextAlphas,
      SchedulerConfig config,
      StepOptions options) {
    super(name, timesteps, 1);
    this.alphas = alphas;
    this.nextAlphas = nextAlphas;
    this.prediction = config.predictionType();
    this.limit = CleanLatentLimit.of(config, true);
    this.options = options;
  }

  static DdimSampler of(String name, SchedulerConfig config, StepOptions options, int steps) {
    NoiseSchedule schedule = NoiseSchedule.of(config);
    DiscreteTimesteps.requireAtMost(schedule.trainingSteps(), steps);
    int[] timesteps =
        TimestepSpacing.of(config, TimestepSpacing.LEADING)
            .wholeTimesteps(schedule.trainingSteps(), steps, config.integer("steps_offset", 0));
    double finalAlpha = DiscreteTimesteps.finalAlpha(schedule, config, true);
    int gap = schedule.trainingSteps() / steps;
    double[] alphas = new double[timesteps.length];
    double[] nextAlphas = new double[timesteps.length];
    for (int i = 0; i < timesteps.length; i++) {
      int next = timesteps[i] - gap;
      alphas[i] = schedule.alphaCumprod(timesteps[i]);
      nextAlphas[i] = next >= 0 ? schedule.alphaCumprod(next) : finalAlpha;
      DiscreteTimesteps.requireInvertible(name, config.predictionType(), timesteps[i], alphas[i]);
    }
    return new DdimSampler(
        name, DiscreteTimesteps.toFloats(timesteps), alphas, nextAlphas, config, options);
  }

  @Override
  Latent noisy(Latent clean, Latent noise, int evaluation) {
    return noisy(clean, noise, alphas[evaluation]);
  }

  @Override
  SamplerState step(SamplerState state, Latent output, NoiseSource noise) {
    double alpha = alphas[state.step()];
    double next = nextAlphas[state.step()];
    Latent x = state.latent();
    double signal = Math.sqrt(alpha);
    double spread = Math.sqrt(1 - alpha);
    Latent clean = limit.apply(prediction.cleanLatent(x, output, signal, spread));
    Latent epsilon =
        options.useClippedModelOutput()
            ? PredictionType.SAMPLE.epsilon(x, clean, signal, spread)
            : prediction.epsilon(x, output, signal, spread);
    double deviation = options.eta() * Math.sqrt((1 - next) / (1 - alpha) * (1 - alpha / next));
    double direction = Math.sqrt(1 - next - deviation * deviation);
    if (options.eta() == 0) {
      return state.advance(Latent.sum(clean.by(Math.sqrt(next)), epsilon.by(direction)));
    }
    return state.advance(
        Latent.sum(
            clean.by(Math.sqrt(next)), epsilon.by(direction), draw(state, noise).by(deviation)));
  }
}
