package dev.tandem.stages.sampling;

/**
 * Joins what a denoiser says without and with the prompt: {@code u + scale (c - u)}
 * (classifier-free guidance, Ho and Salimans 2022).
 *
 * @param scale how strongly the prompt counts; 1 is the conditional output alone
 * @param rescale 0 (off) to 1: how far the joined output is brought back to the spread of the
 *     conditional one (Lin et al. 2023, eq. 15 and 16; diffusers {@code rescale_noise_cfg})
 */
public record Guidance(double scale, double rescale) {
  /** Refuses values without meaning. */
  public Guidance {
    if (!Double.isFinite(scale)) {
      throw new IllegalArgumentException("guidance scale is " + scale + ": it must be finite");
    }
    if (!(rescale >= 0 && rescale <= 1)) {
      throw new IllegalArgumentException(
          "guidance rescale is " + rescale + ": it must lie between 0 and 1");
    }
  }

  /** Guidance without rescaling. */
  public static Guidance of(double scale) {
    return new Guidance(scale, 0);
  }

  /** Whether the denoiser must also be asked without the prompt. */
  public boolean needsUnconditional() {
    return scale != 1;
  }

  /**
   * The joined output of one picture.
   *
   * @param unconditional what the denoiser says without the prompt, or with the negative prompt
   * @param conditional what it says with the prompt, as many values
   * @return a new array
   */
  public float[] combine(float[] unconditional, float[] conditional) {
    if (unconditional.length != conditional.length) {
      throw new IllegalArgumentException(
          "cannot join "
              + unconditional.length
              + " unconditional values with "
              + conditional.length
              + " conditional ones");
    }
    float[] joined = new float[conditional.length];
    for (int i = 0; i < joined.length; i++) {
      joined[i] = unconditional[i] + (float) scale * (conditional[i] - unconditional[i]);
    }
    if (rescale > 0) {
      double spread = deviation(joined);
      // A picture of one value has no spread, and nothing to bring back.
      double factor = spread > 0 ? deviation(conditional) / spread : 1;
      float weight = (float) (rescale * factor + 1 - rescale);
      for (int i = 0; i < joined.length; i++) {
        joined[i] *= weight;
      }
    }
    return joined;
  }

  private static double deviation(float[] values) {
    double mean = 0;
    for (float value : values) {
      mean += value;
    }
    mean /= values.length;
    double squares = 0;
    for (float value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / (values.length - 1));
  }
}
