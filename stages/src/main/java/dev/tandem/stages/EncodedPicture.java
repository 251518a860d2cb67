package dev.tandem.stages;

import dev.tandem.stages.sampling.NoiseSource;
import dev.tandem.stages.vae.Moments;

/**
 * What a VAE's encoder says of a picture, before the latents are scaled for the denoiser: a
 * distribution to draw from, or one answer.
 *
 * @param mean {@code [height, width, channels]} of the latents
 * @param deviation of the same shape; empty where there is nothing to draw
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record EncodedPicture(float[] mean, float[] deviation) {
  private static final float[] NONE = {};

  static EncodedPicture of(float[] latents) {
    return new EncodedPicture(latents, NONE);
  }

  static EncodedPicture of(Moments moments) {
    float[] deviation = new float[moments.logvar().length];
    for (int i = 0; i < deviation.length; i++) {
      deviation[i] = (float) Math.exp(0.5f * moments.logvar()[i]);
    }
    return new EncodedPicture(moments.mean(), deviation);
  }

  /** A sample, or the one answer: then nothing is drawn. */
  float[] latents(NoiseSource noise) {
    float[] out = mean.clone();
    if (deviation.length > 0) {
      float[] z = noise.normal(out.length);
      for (int i = 0; i < out.length; i++) {
        out[i] += deviation[i] * z[i];
      }
    }
    return out;
  }
}
