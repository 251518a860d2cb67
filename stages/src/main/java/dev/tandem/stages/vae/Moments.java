package dev.tandem.stages.vae;

/**
 * The diagonal Gaussian that an {@link AutoencoderKl} encodes a picture to. A sample is {@code mean
 * + exp(logvar / 2) * noise}; diffusers' {@code DiagonalGaussianDistribution}.
 *
 * @param mean {@code [batch, height, width, channels]}, row-major
 * @param logvar of the same shape, clamped to -30..20
 */
@SuppressWarnings("ArrayRecordComponent") // plain data, never compared
public record Moments(float[] mean, float[] logvar) {

  /**
   * Splits the encoder's output.
   *
   * @param moments {@code [batch, height, width, 2 * channels]}: means, then logarithms of
   *     variances
   * @param channels of the latents
   */
  public static Moments split(float[] moments, int channels) {
    if (moments.length % (2 * channels) != 0) {
      throw new IllegalArgumentException(
          moments.length + " moments do not divide into pixels of 2 x " + channels + " channels");
    }
    float[] mean = new float[moments.length / 2];
    float[] logvar = new float[moments.length / 2];
    for (int i = 0; i < mean.length; i++) {
      int from = i / channels * 2 * channels + i % channels;
      mean[i] = moments[from];
      logvar[i] = Math.clamp(moments[from + channels], -30f, 20f);
    }
    return new Moments(mean, logvar);
  }
}
