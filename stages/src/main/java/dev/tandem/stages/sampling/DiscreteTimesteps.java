package dev.tandem.stages.sampling;

/** What the samplers that visit whole training steps share: DDPM, DDIM, PNDM, LCM. */
final class DiscreteTimesteps {
  private DiscreteTimesteps() {}

  static void requireAtMost(int trainingSteps, int steps) {
    if (steps > trainingSteps) {
      throw new IllegalArgumentException(
          steps + " steps are more than the " + trainingSteps + " that the model was trained on");
    }
  }

  /** The alphaCumprod that stands for "no noise left". */
  static double finalAlpha(NoiseSchedule schedule, SchedulerConfig config, boolean oneMissing) {
    return config.flag("set_alpha_to_one", oneMissing) ? 1 : schedule.alphaCumprod(0);
  }

  /**
   * Refuses a step at which nothing of the signal is left when the model predicts noise: the clean
   * latent cannot be told from it.
   */
  static void requireInvertible(
      String name, PredictionType prediction, int timestep, double alpha) {
    if (alpha == 0 && prediction == PredictionType.EPSILON) {
      throw new IllegalArgumentException(
          name
              + ": at timestep "
              + timestep
              + " no signal is left (rescale_betas_zero_snr), which a model with prediction_type"
              + " epsilon cannot start from; use timestep_spacing leading or a v_prediction model");
    }
  }

  static float[] toFloats(int[] timesteps) {
    float[] floats = new float[timesteps.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = timesteps[i];
    }
    return floats;
  }
}
