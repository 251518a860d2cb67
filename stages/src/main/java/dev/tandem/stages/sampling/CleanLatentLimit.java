package dev.tandem.stages.sampling;

/** What is done to a predicted clean latent before it is used. */
sealed interface CleanLatentLimit {
  Latent apply(Latent clean);

  /** Nothing. */
  record None() implements CleanLatentLimit {
    @Override
    public Latent apply(Latent clean) {
      return clean;
    }
  }

  /** Limits every value to [-range, range] ({@code clip_sample}). */
  record Clip(float range) implements CleanLatentLimit {
    @Override
    public Latent apply(Latent clean) {
      return clean.clamp(range);
    }
  }

  /**
   * Dynamic thresholding (Saharia et al. 2022, section 2.3): limits to the given quantile s of the
   * picture's magnitudes, where s is at least 1 and at most {@code largest}, then divides by s.
   */
  record Threshold(float ratio, float largest) implements CleanLatentLimit {
    @Override
    public Latent apply(Latent clean) {
      float s = Math.min(Math.max(clean.magnitudeQuantile(ratio), 1), largest);
      return clean.clamp(s).times(1.0 / s);
    }
  }

  /** Dynamic thresholding if it is on, else clipping if it is on. */
  static CleanLatentLimit of(SchedulerConfig config, boolean clipMissing) {
    if (config.flag("thresholding", false)) {
      return threshold(config);
    }
    return clip(config, clipMissing);
  }

  /** Clipping if it is on. */
  static CleanLatentLimit clip(SchedulerConfig config, boolean clipMissing) {
    return config.flag("clip_sample", clipMissing)
        ? new Clip((float) config.number("clip_sample_range", 1))
        : new None();
  }

  /** Dynamic thresholding if it is on. */
  static CleanLatentLimit threshold(SchedulerConfig config) {
    return config.flag("thresholding", false)
        ? new Threshold(
            (float) config.number("dynamic_thresholding_ratio", 0.995),
            (float) config.number("sample_max_value", 1))
        : new None();
  }
}
