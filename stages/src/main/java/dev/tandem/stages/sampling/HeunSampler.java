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
  int levelOf(int evaluation) {
    return (evaluation + 1) / 2;
  }

  @Override
  public int evaluationsPerStep() {
    return 2;
  }

  @Override
  SamplerState step(SamplerState state, Latent output, NoiseSource noise) {
    Latent x = state.latent();
    int level = levelOf(state.step());
    Latent slope = slope(x, limit.apply(cleanLatent(x, output, sigma(level))), sigma(level));
    if (state.history().isEmpty()) {
      Latent next = along(x, slope, sigma(level + 1) - sigma(level));
      return state.advance(next, x, List.of(slope));
    }
    Latent mean = Latent.zip(state.past(0), slope, (first, second) -> (first + second) / 2);
    Latent corrected = along(state.anchor(), mean, sigma(level) - sigma(level - 1));
    return state.advance(corrected, corrected, List.of());
  }
}
