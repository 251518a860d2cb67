package dev.tandem.stages.sampling;

/**
 * Ancestral sampling with Euler steps (k-diffusion {@code sample_euler_ancestral}; diffusers {@code
 * scheduling_euler_ancestral_discrete.py}): each step goes down to sigma_down and adds noise back
 * up to the next level.
 *
 * <pre>
 *   sigma_up^2   = next^2 (sigma^2 - next^2) / sigma^2
 *   sigma_down^2 = next^2 - sigma_up^2
 * </pre>
 */
final class EulerAncestralSampler extends ExplodingSampler {
  private EulerAncestralSampler(String name, SchedulerConfig config, SigmaSchedule schedule) {
    super(name, config, schedule);
  }

  static EulerAncestralSampler of(String name, SchedulerConfig config, int steps) {
    return new EulerAncestralSampler(name, config, ExplodingSchedule.of(config, steps));
  }

  @Override
  SamplerState step(SamplerState state, Latent output, NoiseSource noise) {
    double sigma = sigma(state.step());
    double next = sigma(state.step() + 1);
    double up = next * Math.sqrt(sigma * sigma - next * next) / sigma;
    double down = next * next / sigma;
    Latent x = state.latent();
    return state.advance(
        Latent.sum(x.by(1), slope(x, output, sigma).by(down - sigma), draw(state, noise).by(up)));
  }
}
