package dev.tandem.stages.sampling;

/**
 * Euler's method on dx/dsigma = epsilon, with optional added noise (Karras et al. 2022, algorithm 2
 * without its correction; diffusers {@code scheduling_euler_discrete.py}).
 *
 * <p>With added noise, a v-prediction is read at the noise level before the addition, as diffusers
 * does.
 */
final class EulerSampler extends ExplodingSampler {
  private static final double MOST_GAMMA = Math.sqrt(2) - 1;

  private final StepOptions options;

  EulerSampler(String name, SchedulerConfig config, SigmaSchedule schedule, StepOptions options) {
    super(name, config, schedule);
    this.options = options;
  }

  static EulerSampler of(String name, SchedulerConfig config, StepOptions options, int steps) {
    return new EulerSampler(name, config, ExplodingSchedule.of(config, steps), options);
  }

  @Override
  SamplerState step(SamplerState state, Latent output, NoiseSource noise) {
    float sigma = sigma(state.step());
    float raised = sigma * (float) (gamma(sigma) + 1);
    Latent x = raised > sigma ? noisier(state, sigma, raised, noise) : state.latent();
    float read = prediction() == PredictionType.EPSILON ? raised : sigma;
    Latent slope = slope(x, cleanLatent(x, output, read), raised);
    return state.advance(along(x, slope, sigma(state.step() + 1) - raised));
  }

  private double gamma(float sigma) {
    boolean inside = options.churnMin() <= sigma && sigma <= options.churnMax();
    return inside ? Math.min(options.churn() / evaluations(), MOST_GAMMA) : 0;
  }

  private Latent noisier(SamplerState state, float sigma, float raised, NoiseSource noise) {
    double added = options.churnNoise() * Math.sqrt(raised * raised - sigma * sigma);
    return Latent.sum(state.latent().by(1), draw(state, noise).by(added));
  }
}
