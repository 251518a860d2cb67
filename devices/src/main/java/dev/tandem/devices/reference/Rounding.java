package dev.tandem.devices.reference;

/** Rounds values as narrow storage would. */
final class Rounding {
  private Rounding() {}

  /** Rounds to the nearest F16, in place; what exceeds 65504 becomes infinite. */
  static void toF16(float[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] = Float.float16ToFloat(Float.floatToFloat16(x[i]));
    }
  }
}
