package dev.tandem.stages.sampling;

/**
 * Which evaluations of a sampler a run does: all, or those that are left where a picture is given
 * to begin with.
 *
 * @param first the first one, from 0
 */
public record Course(Sampler sampler, int first) {
  /** From noise to a picture: all evaluations. */
  public static Course whole(Sampler sampler) {
    return new Course(sampler, 0);
  }

  /**
   * The last steps, as diffusers' pipelines for image to image of Stable Diffusion and its XL kind
   * have it: {@code get_timesteps}.
   *
   * @param steps that the sampler was made for
   * @param strength how much of the given picture is to be replaced, 0 to 1: the share of steps
   * @throws IllegalArgumentException if no step is left
   */
  public static Course last(Sampler sampler, int steps, double strength) {
    requireStrength(strength);
    int left = Math.min((int) (steps * strength), steps);
    int first = (steps - left) * sampler.evaluationsPerStep();
    if (first >= sampler.evaluations()) {
      throw new IllegalArgumentException(
          "strength "
              + strength
              + " leaves none of the "
              + steps
              + " steps; raise it, or use at least "
              + (strength > 0 ? (long) Math.ceil(1 / strength) + " steps" : "another strength"));
    }
    return new Course(sampler, first);
  }

  /**
   * As {@code LatentConsistencyModelImg2ImgPipeline} has it: as many steps, chosen among the less
   * noisy timesteps. Other samplers than LCM run their last steps.
   *
   * @throws IllegalArgumentException if too few timesteps are left
   */
  public static Course consistency(Sampler sampler, int steps, double strength) {
    requireStrength(strength);
    return sampler instanceof LcmSampler lcm
        ? whole(lcm.among(strength))
        : last(sampler, steps, strength);
  }

  private static void requireStrength(double strength) {
    if (!(strength >= 0 && strength <= 1)) {
      throw new IllegalArgumentException("strength must be 0 to 1, got " + strength);
    }
  }

  /** How many times the denoiser is asked. */
  public int evaluations() {
    return sampler.evaluations() - first;
  }
}
