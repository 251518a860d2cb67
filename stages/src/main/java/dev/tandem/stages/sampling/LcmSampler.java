package dev.tandem.stages.sampling;

/**
 * Multistep consistency sampling (Luo et al. 2023, "Latent Consistency Models", algorithm 3;
 * diffusers {@code scheduling_lcm.py}): each answer is taken to a clean latent in one jump, and
 * noise is added again up to the next timestep.
 *
 * <pre>
 *   f = c_out x0 + c_skip x,  c_skip = 0.25 / ((s t)^2 + 0.25),  c_out = s t / sqrt((s t)^2 + 0.25)
 * </pre>
 */
final class LcmSampler extends TimestepSampler {
  private static final double DATA_VARIANCE = 0.25;

  private final double[] alphas;
  private final PredictionType prediction;
  private final CleanLatentLimit limit;
  private final double scaling;
  private final SchedulerConfig config;

  private LcmSampler(String name, float[] timesteps, double[] alphas, SchedulerConfig config) {
    super(name, timesteps, 1);
    this.config = config;
    this.alphas = alphas;
    this.prediction = config.predictionType();
    this.limit = CleanLatentLimit.of(config, false);
    this.scaling = config.number("timestep_scaling", 10);
  }

  static LcmSampler of(String name, SchedulerConfig config, int steps) {
    return of(name, config, steps, 1);
  }

  /**
   * The same number of steps among the less noisy timesteps, as diffusers' {@code
   * LatentConsistencyModelImg2ImgPipeline} has it.
   *
   * @param strength the share of the timesteps to choose from, 0 to 1
   * @throws IllegalArgumentException if those are fewer than the steps
   */
  LcmSampler among(double strength) {
    return of(name(), config, evaluations(), strength);
  }

  private static LcmSampler of(String name, SchedulerConfig config, int steps, double strength) {
    NoiseSchedule schedule = NoiseSchedule.of(config, BetaSchedule.SCALED_LINEAR, 0.00085, 0.012);
    int[] timesteps =
        timesteps(
            schedule.trainingSteps(),
            config.integer("original_inference_steps", 50),
            steps,
            strength);
    double[] alphas = new double[timesteps.length];
    for (int i = 0; i < timesteps.length; i++) {
      alphas[i] = schedule.alphaCumprod(timesteps[i]);
      DiscreteTimesteps.requireInvertible(name, config.predictionType(), timesteps[i], alphas[i]);
    }
    return new LcmSampler(name, DiscreteTimesteps.toFloats(timesteps), alphas, config);
  }

  /** Evenly chosen among the timesteps that the model was distilled on, noisiest first. */
  private static int[] timesteps(int trainingSteps, int original, int steps, double strength) {
    if (original > trainingSteps || original < 1) {
      throw new IllegalArgumentException(
          "scheduler_config.json: original_inference_steps is "
              + original
              + ": it must lie between 1 and num_train_timesteps "
              + trainingSteps);
    }
    if (steps > original) {
      throw new IllegalArgumentException(
          steps
              + " steps are more than the "
              + original
              + " (original_inference_steps) that the model was distilled on");
    }
    int chosen = (int) (original * strength);
    if (steps > chosen) {
      throw new IllegalArgumentException(
          "strength "
              + strength
              + " leaves "
              + chosen
              + " of the "
              + original
              + " timesteps (original_inference_steps), fewer than the "
              + steps
              + " steps; raise it, or use fewer steps");
    }
    int gap = trainingSteps / original;
    double stride = (double) chosen / steps;
    int[] timesteps = new int[steps];
    for (int i = 0; i < steps; i++) {
      timesteps[i] = (chosen - (int) Math.floor(i * stride)) * gap - 1;
    }
    return timesteps;
  }

  @Override
  Latent noisy(Latent clean, Latent noise, int evaluation) {
    return noisy(clean, noise, alphas[evaluation]);
  }

  @Override
  SamplerState step(SamplerState state, Latent output, NoiseSource noise) {
    double alpha = alphas[state.step()];
    double time = timestep(state) * scaling;
    double variance = time * time + DATA_VARIANCE;
    Latent x = state.latent();
    Latent clean =
        limit.apply(prediction.cleanLatent(x, output, Math.sqrt(alpha), Math.sqrt(1 - alpha)));
    Latent denoised =
        Latent.sum(clean.by(time / Math.sqrt(variance)), x.by(DATA_VARIANCE / variance));
    if (state.step() == evaluations() - 1) {
      return state.advance(denoised);
    }
    double next = alphas[state.step() + 1];
    return state.advance(
        Latent.sum(denoised.by(Math.sqrt(next)), draw(state, noise).by(Math.sqrt(1 - next))));
  }
}
