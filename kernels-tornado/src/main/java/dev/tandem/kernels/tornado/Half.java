package dev.tandem.kernels.tornado;

import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * 16-bit floats by arithmetic alone, for devices that have none and for a compiler that cannot look
 * at a float's bits. The array of 32-bit weights begins with the {@link #table} that this needs.
 */
final class Half {
  /** Entries of the table: the value of a significand's last bit, for each biased exponent. */
  static final int TABLE = 32;

  private static final float ROUNDER = 12_582_912f; // 1.5 * 2^23: adding it rounds to whole numbers
  private static final float LARGEST = 65_504f;

  private Half() {}

  /** What the first entries of the weights must be. */
  static float[] table() {
    float[] t = new float[TABLE];
    for (int e = 0; e < TABLE; e++) {
      t[e] = Math.scalb(1f, Math.max(e, 1) - 25);
    }
    return t;
  }

  /** The value of 16 bits; infinities and NaNs are taken for large numbers. */
  static float decode(int bits, FloatArray table) {
    int exponent = (bits >> 10) & 31;
    int significand = bits & 1023;
    float v = (exponent == 0 ? significand : significand + 1024) * table.get(exponent);
    return ((bits >> 15) & 1) == 0 ? v : -v;
  }

  /** The nearest 16-bit float, ties to even; what is too large becomes the largest. */
  static int encode(float v, FloatArray table) {
    float a = TornadoMath.min(TornadoMath.abs(v), LARGEST);
    int exponent = 1;
    for (int step = 16; step > 0; step = step / 2) {
      int next = exponent + step;
      if (next < 31) {
        if (a >= table.get(next) * 1024f) {
          exponent = next;
        }
      }
    }
    float rounded = (a / table.get(exponent) + ROUNDER) - ROUNDER;
    int significand = (int) rounded; // up to 2048, which carries into the exponent
    int bits = significand < 1024 ? significand : (exponent << 10) + (significand - 1024);
    return v < 0f ? bits + 32_768 : bits;
  }
}
