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
    float sigma = sigma(state.step());
    float next = sigma(state.step() + 1);
    float up = (float) Math.sqrt(next * next * (sigma * sigma - next * next) / (sigma * sigma));
    float down = (float) Math.sqrt(next * next - up * up);
    Latent x = state.latent();
    Latent slope = slope(x, cleanLatent(x, output, sigma), sigma);
    Latent lower = along(x, slope, down - sigma);
    return state.advance(along(lower, draw(state, noise), up));
  }
}
