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
    double sigma = sigma(state.step());
    double next = sigma(state.step() + 1);
    double gamma = gamma(sigma);
    Latent x = state.latent();
    if (gamma == 0) {
      return state.advance(Latent.sum(x.by(1), slope(x, output, sigma).by(next - sigma)));
    }
    double raised = sigma * (gamma + 1);
    double added = options.churnNoise() * Math.sqrt(raised * raised - sigma * sigma);
    Latent noisier = Latent.sum(x.by(1), draw(state, noise).by(added));
    double read = prediction() == PredictionType.EPSILON ? raised : sigma;
    Latent clean = cleanLatent(noisier, output, read);
    double ratio = (next - raised) / raised;
    return state.advance(Latent.sum(noisier.by(1 + ratio), clean.by(-ratio)));
  }

  private double gamma(double sigma) {
    boolean inside = options.churnMin() <= sigma && sigma <= options.churnMax();
    return inside ? Math.min(options.churn() / evaluations(), MOST_GAMMA) : 0;
  }
}
