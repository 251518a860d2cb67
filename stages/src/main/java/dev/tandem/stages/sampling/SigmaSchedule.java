package dev.tandem.stages.sampling;

import java.util.Arrays;

/**
 * The noise levels a run walks down and the timesteps at which the model is asked: step i goes from
 * {@code sigma(i)} to {@code sigma(i + 1)}. All values are rounded to float, as diffusers keeps
 * them.
 */
final class SigmaSchedule {
  private final float[] sigmas;
  private final float[] timesteps;

  /**
   * @param sigmas one more than the timesteps, none increasing; only the last may be 0
   */
  SigmaSchedule(double[] sigmas, double[] timesteps) {
    if (sigmas.length != timesteps.length + 1) {
      throw new IllegalArgumentException(
          sigmas.length + " noise levels do not go with " + timesteps.length + " timesteps");
    }
    this.sigmas = floats(sigmas);
    this.timesteps = floats(timesteps);
    for (int i = 0; i < timesteps.length; i++) {
      if (!(this.sigmas[i] > 0 && this.sigmas[i] < Float.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "the noise level of step " + i + " is " + this.sigmas[i] + ": it must be positive");
      }
    }
  }

  int steps() {
    return timesteps.length;
  }

  float sigma(int step) {
    return sigmas[step];
  }

  float[] timesteps() {
    return timesteps.clone();
  }

  /** The largest noise level, or what it is for a sample that also holds signal of variance 1. */
  float initNoiseSigma(boolean withSignal) {
    float largest = sigmas[0];
    for (float sigma : sigmas) {
      largest = Math.max(largest, sigma);
    }
    return withSignal ? (float) Math.sqrt(largest * largest + 1) : largest;
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** A list of noise levels with the final one appended. */
  static double[] append(double[] sigmas, double last) {
    double[] longer = Arrays.copyOf(sigmas, sigmas.length + 1);
    longer[sigmas.length] = last;
    return longer;
  }
}
