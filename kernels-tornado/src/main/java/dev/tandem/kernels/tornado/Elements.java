package dev.tandem.kernels.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/** Operations on single elements; a work-item for each result. */
final class Elements {
  /** Axes of a sum with broadcasting, at most. */
  static final int MOST_AXES = 5;

  // Where sizes lie in their array.
  static final int COUNT = 0;
  static final int X = 1;
  static final int Y = 2;

  /** Activation; for GEGLU the results of a row. */
  static final int ACT = 3;

  static final int WIDTH = 3;

  /** Where the factor lies among the 32-bit weights, the offset behind it. */
  static final int FACTOR = 3;

  static final int SIZES = 4;

  /** A sum's second operand, the extents of its result and the steps of that operand. */
  static final int B = 3;

  static final int EXTENTS = 4;
  static final int STEPS = EXTENTS + MOST_AXES;
  static final int SUM_SIZES = STEPS + MOST_AXES;

  /** Where the inverse scales of a rounding lie among the 32-bit weights, and how many they are. */
  static final int INVERSE = 3;

  static final int SCALES = 4;
  static final int QUANTIZE_SIZES = 5;

  private static final float LARGEST = 127f;
  private static final float ROUNDER = 12_582_912f; // 1.5 * 2^23: adding it rounds to whole numbers

  private Elements() {}

  static void activate(
      KernelContext c,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      IntArray p,
      int narrow) {
    int i = c.globalIdx;
    if (i < p.get(COUNT)) {
      float v = Values.get(wide, small, p.get(X) + i, narrow, weights);
      Values.set(wide, small, p.get(Y) + i, Activations.apply(v, p.get(ACT)), narrow, weights);
    }
  }

  static void scale(
      KernelContext c,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      IntArray p,
      int narrow) {
    int i = c.globalIdx;
    if (i < p.get(COUNT)) {
      float v = Values.get(wide, small, p.get(X) + i, narrow, weights);
      v = weights.get(p.get(FACTOR)) * v + weights.get(p.get(FACTOR) + 1);
      Values.set(wide, small, p.get(Y) + i, v, narrow, weights);
    }
  }

  static void geglu(
      KernelContext c,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      IntArray p,
      int narrow) {
    int i = c.globalIdx;
    if (i < p.get(COUNT)) {
      int width = p.get(WIDTH);
      int from = p.get(X) + i / width * 2 * width + i % width;
      float v = Values.get(wide, small, from, narrow, weights);
      float gate = Values.get(wide, small, from + width, narrow, weights);
      Values.set(wide, small, p.get(Y) + i, v * Activations.gelu(gate), narrow, weights);
    }
  }

  static void add(
      KernelContext c,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      IntArray p,
      int narrow) {
    int i = c.globalIdx;
    if (i < p.get(COUNT)) {
      int b = p.get(B);
      int rest = i;
      for (int axis = MOST_AXES - 1; axis >= 0; axis--) {
        int extent = p.get(EXTENTS + axis);
        b += rest % extent * p.get(STEPS + axis);
        rest = rest / extent;
      }
      float v =
          Values.get(wide, small, p.get(X) + i, narrow, weights)
              + Values.get(wide, small, b, narrow, weights);
      Values.set(wide, small, p.get(Y) + i, v, narrow, weights);
    }
  }

  /** The nearest whole numbers from -127 to 127, half to even. */
  static void quantize(
      KernelContext c,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      IntArray p,
      int narrow) {
    int i = c.globalIdx;
    if (i < p.get(COUNT)) {
      float inverse = weights.get(p.get(INVERSE) + i % p.get(SCALES));
      float v = Values.get(wide, small, p.get(X) + i, narrow, weights) * inverse;
      v = TornadoMath.min(TornadoMath.max(v, -LARGEST), LARGEST);
      Values.set(wide, small, p.get(Y) + i, (v + ROUNDER) - ROUNDER, narrow, weights);
    }
  }
}
