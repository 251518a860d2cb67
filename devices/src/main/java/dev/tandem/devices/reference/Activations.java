package dev.tandem.devices.reference;

import dev.tandem.graph.Activation;

/** The element-wise functions, computed in double. */
final class Activations {
  private static final double INVERSE_SQRT_2 = 1 / Math.sqrt(2);

  private Activations() {}

  /** Applies a function in place to elements {@code from} (inclusive) to {@code to}. */
  static void apply(Activation act, float[] x, int from, int to) {
    switch (act) {
      case NONE -> {}
      case RELU -> {
        for (int i = from; i < to; i++) {
          x[i] = Math.max(x[i], 0);
        }
      }
      case TANH -> {
        for (int i = from; i < to; i++) {
          x[i] = (float) Math.tanh(x[i]);
        }
      }
      case SILU -> {
        for (int i = from; i < to; i++) {
          x[i] = (float) (x[i] / (1 + Math.exp(-x[i])));
        }
      }
      case QUICK_GELU -> {
        for (int i = from; i < to; i++) {
          x[i] = (float) (x[i] / (1 + Math.exp(-1.702 * x[i])));
        }
      }
      case GELU -> {
        for (int i = from; i < to; i++) {
          x[i] = gelu(x[i]);
        }
      }
    }
  }

  /** The exact GELU. Hendrycks and Gimpel 2016. */
  static float gelu(float x) {
    return (float) (0.5 * x * (1 + ErrorFunction.erf(x * INVERSE_SQRT_2)));
  }
}
