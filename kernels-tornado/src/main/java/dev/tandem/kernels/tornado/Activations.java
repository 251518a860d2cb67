package dev.tandem.kernels.tornado;

import dev.tandem.graph.Activation;
import uk.ac.manchester.tornado.api.math.TornadoMath;

/** The element-wise functions, by number. */
final class Activations {
  private static final int SILU = 1;
  private static final int RELU = 2;
  private static final int TANH = 3;
  private static final int GELU = 4;
  private static final int QUICK_GELU = 5;

  private Activations() {}

  /** The number of an activation in kernels. */
  static int code(Activation a) {
    return switch (a) {
      case NONE -> 0;
      case SILU -> SILU;
      case RELU -> RELU;
      case TANH -> TANH;
      case GELU -> GELU;
      case QUICK_GELU -> QUICK_GELU;
    };
  }

  static float apply(float x, int code) {
    return switch (code) {
      case SILU -> x / (1f + TornadoMath.exp(-x));
      case RELU -> TornadoMath.max(x, 0f);
      case TANH -> TornadoMath.tanh(x);
      case GELU -> gelu(x);
      case QUICK_GELU -> x / (1f + TornadoMath.exp(-1.702f * x));
      default -> x;
    };
  }

  static float gelu(float x) {
    return 0.5f * x * (1f + erf(x * 0.70710677f));
  }

  /** Error function to 1.5e-7. Abramowitz and Stegun 1964, formula 7.1.26. */
  private static float erf(float x) {
    float a = TornadoMath.abs(x);
    float t = 1f / (1f + 0.3275911f * a);
    float p = 1.0614054f * t - 1.4531521f;
    p = p * t + 1.4214138f;
    p = p * t - 0.28449672f;
    p = p * t + 0.2548296f;
    float y = 1f - p * t * TornadoMath.exp(-a * a);
    return x < 0f ? -y : y;
  }
}
