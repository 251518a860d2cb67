package dev.tandem.stages.sampling;

import java.util.List;

/**
 * Heun's method (Karras et al. 2022, algorithm 1; diffusers {@code scheduling_heun_discrete.py}):
 * an Euler step, then the same step with the mean of the slopes at both ends. The last step, to
 * noise level 0, stays an Euler step, so n steps ask the model 2n - 1 times.
 */
final class HeunSampler extends ExplodingSampler {
  private final CleanLatentLimit limit;

  HeunSampler(String name, SchedulerConfig config, SigmaSchedule schedule) {
    super(name, config, schedule, timesteps(schedule));
    this.limit = CleanLatentLimit.clip(config, false);
  }

  static HeunSampler of(String name, SchedulerConfig config, int steps) {
    return new HeunSampler(name, config, ExplodingSchedule.of(config, steps));
  }

  /** All timesteps but the first are asked twice: at a step's end, and at the next one's start. */
  private static float[] timesteps(SigmaSchedule schedule) {
    float[] once = schedule.timesteps();
    float[] twice = new float[2 * once.length - 1];
    for (int i = 0; i < twice.length; i++) {
      twice[i] = once[(i + 1) / 2];
    }
    return twice;
  }

  @Override
  int levelOf(SamplerState state) {
    return (state.step() + 1) / 2;
  }

  @Override
  SamplerState step(SamplerState state, Latent output, NoiseSource noise) {
    Latent x = state.latent();
    int level = levelOf(state);
    Latent slope = limitedSlope(x, output, sigma(level));
    if (state.history().isEmpty()) {
      double gap = sigma(level + 1) - sigma(level);
      return state.advance(Latent.sum(x.by(1), slope.by(gap)), x, List.of(slope));
    }
    double half = (sigma(level) - sigma(level - 1)) / 2;
    Latent corrected = Latent.sum(state.anchor().by(1), state.past(0).by(half), slope.by(half));
    return state.advance(corrected, corrected, List.of());
  }

  private Latent limitedSlope(Latent x, Latent output, double sigma) {
    if (limit instanceof CleanLatentLimit.None) {
      return slope(x, output, sigma);
    }
    Latent clean = limit.apply(cleanLatent(x, output, sigma));
    return PredictionType.SAMPLE.epsilon(x, clean, 1, sigma);
  }
}
