package dev.tandem.stages.sampling;

/**
 * How much of a latent is still signal after each training step: with {@code a = alphaCumprod(t)},
 * {@code x_t = sqrt(a) x_0 + sqrt(1 - a) epsilon} (Ho et al. 2020, eq. 4). Immutable.
 *
 * <p>The cumulative product is taken in double and each value rounded to float, as {@code
 * torch.cumprod} does on a CPU.
 */
public final class NoiseSchedule {
  /** The least alphaCumprod that still has a finite sigma: the smallest 16-bit float. */
  private static final float TINY = 0x1p-24f;

  private final float[] alphasCumprod;

  private NoiseSchedule(float[] alphasCumprod) {
    this.alphasCumprod = alphasCumprod;
  }

  /**
   * The schedule of a list of betas.
   *
   * @throws IllegalArgumentException for an empty list or a beta outside 0 to 1
   */
  public static NoiseSchedule ofBetas(float[] betas) {
    if (betas.length == 0) {
      throw new IllegalArgumentException("a noise schedule needs at least one beta");
    }
    float[] cumulative = new float[betas.length];
    double product = 1;
    for (int t = 0; t < betas.length; t++) {
      if (!(betas[t] >= 0 && betas[t] <= 1)) {
        throw new IllegalArgumentException(
            "beta of training step " + t + " is " + betas[t] + ": it must lie between 0 and 1");
      }
      product *= 1 - betas[t];
      cumulative[t] = (float) product;
    }
    return new NoiseSchedule(cumulative);
  }

  /** The schedule that a scheduler_config.json describes, with the defaults of most schedulers. */
  static NoiseSchedule of(SchedulerConfig config) {
    return of(config, BetaSchedule.LINEAR, 1e-4, 0.02);
  }

  static NoiseSchedule of(SchedulerConfig config, BetaSchedule kind, double start, double end) {
    float[] betas;
    if (config.has("trained_betas")) {
      betas = config.numbers("trained_betas");
    } else {
      int steps = config.integer("num_train_timesteps", 1000);
      if (steps < 1) {
        throw config.refused("num_train_timesteps", "at least 1 is needed");
      }
      betas =
          BetaSchedule.of(config, kind)
              .betas(config.number("beta_start", start), config.number("beta_end", end), steps);
    }
    NoiseSchedule schedule = ofBetas(betas);
    return config.flag("rescale_betas_zero_snr", false) ? schedule.withZeroTerminalSnr() : schedule;
  }

  /**
   * The same schedule, shifted and scaled so that nothing of the signal is left after the last step
   * (Lin et al. 2023, algorithm 1; diffusers {@code rescale_zero_terminal_snr}, in float).
   */
  public NoiseSchedule withZeroTerminalSnr() {
    int steps = trainingSteps();
    float[] roots = new float[steps];
    for (int t = 0; t < steps; t++) {
      roots[t] = (float) Math.sqrt(alphasCumprod[t]);
    }
    float first = roots[0];
    float last = roots[steps - 1];
    float scale = first / (first - last);
    float[] betas = new float[steps];
    float before = 1;
    for (int t = 0; t < steps; t++) {
      float root = (roots[t] - last) * scale;
      float alphaCumprod = root * root;
      betas[t] = 1 - alphaCumprod / before;
      before = alphaCumprod;
    }
    return ofBetas(betas);
  }

  /** The same schedule, with a last step whose sigma is finite (4096) where it was infinite. */
  NoiseSchedule withFiniteSigmas() {
    float[] adjusted = alphasCumprod.clone();
    int last = adjusted.length - 1;
    if (adjusted[last] == 0) {
      adjusted[last] = TINY;
    }
    return new NoiseSchedule(adjusted);
  }

  /** How many steps the model was trained on. */
  public int trainingSteps() {
    return alphasCumprod.length;
  }

  /**
   * The share of the signal's variance that is left at a training step.
   *
   * @throws IllegalArgumentException for a step outside 0 to trainingSteps - 1
   */
  public float alphaCumprod(int timestep) {
    if (timestep < 0 || timestep >= alphasCumprod.length) {
      throw new IllegalArgumentException(
          "timestep "
              + timestep
              + " is outside the model's "
              + alphasCumprod.length
              + " training steps; use fewer steps, or another timestep_spacing or steps_offset");
    }
    return alphasCumprod[timestep];
  }

  /** Noise to signal at a training step: {@code sqrt((1 - a) / a)}, in float. */
  public float sigma(int timestep) {
    float a = alphaCumprod(timestep);
    return (float) Math.sqrt((1 - a) / a);
  }
}
