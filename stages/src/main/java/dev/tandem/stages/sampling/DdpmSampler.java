package dev.tandem.stages.sampling;

/**
 * DDPM: ancestral sampling (Ho et al. 2020, eq. 6 and 7; diffusers {@code scheduling_ddpm.py}).
 * With b = 1 - a / a_prev:
 *
 * <pre>
 *   x_prev = sqrt(a_prev) b / (1 - a) x0 + sqrt(a / a_prev) (1 - a_prev) / (1 - a) x + s z
 *   s^2    = (1 - a_prev) / (1 - a) b     (fixed_small), or b (fixed_large)
 * </pre>
 */
final class DdpmSampler extends TimestepSampler {
  private static final double LEAST_VARIANCE = 1e-20;

  private final double[] alphas;
  private final PredictionType prediction;
  private final CleanLatentLimit limit;
  private final boolean large;

  private DdpmSampler(String name, float[] timesteps, double[] alphas, SchedulerConfig config) {
    super(name, timesteps, 1);
    this.alphas = alphas;
    this.prediction = config.predictionType();
    this.limit = CleanLatentLimit.of(config, true);
    this.large =
        config
            .choice("variance_type", "fixed_small", "fixed_small", "fixed_small_log", "fixed_large")
            .equals("fixed_large");
  }

  static DdpmSampler of(String name, SchedulerConfig config, int steps) {
    NoiseSchedule schedule = NoiseSchedule.of(config);
    DiscreteTimesteps.requireAtMost(schedule.trainingSteps(), steps);
    int[] timesteps =
        TimestepSpacing.of(config, TimestepSpacing.LEADING)
            .wholeTimesteps(schedule.trainingSteps(), steps, config.integer("steps_offset", 0));
    double[] alphas = new double[timesteps.length + 1];
    for (int i = 0; i < timesteps.length; i++) {
      alphas[i] = schedule.alphaCumprod(timesteps[i]);
      DiscreteTimesteps.requireInvertible(name, config.predictionType(), timesteps[i], alphas[i]);
    }
    alphas[timesteps.length] = 1;
    return new DdpmSampler(name, DiscreteTimesteps.toFloats(timesteps), alphas, config);
  }

  @Override
  Latent noisy(Latent clean, Latent noise, int evaluation) {
    return noisy(clean, noise, alphas[evaluation]);
  }

  @Override
  SamplerState step(SamplerState state, Latent output, NoiseSource noise) {
    double alpha = alphas[state.step()];
    double next = alphas[state.step() + 1];
    double beta = 1 - alpha / next;
    Latent x = state.latent();
    Latent clean =
        limit.apply(prediction.cleanLatent(x, output, Math.sqrt(alpha), Math.sqrt(1 - alpha)));
    Latent.Term fromClean = clean.by(Math.sqrt(next) * beta / (1 - alpha));
    Latent.Term fromSample = x.by(Math.sqrt(alpha / next) * (1 - next) / (1 - alpha));
    if (timestep(state) == 0) {
      return state.advance(Latent.sum(fromClean, fromSample));
    }
    double small = Math.max((1 - next) / (1 - alpha) * beta, LEAST_VARIANCE);
    double deviation = Math.sqrt(large ? beta : small);
    return state.advance(Latent.sum(fromClean, fromSample, draw(state, noise).by(deviation)));
  }
}
