package dev.tandem.kernels.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * Whole numbers from -127 to 127: the rounding that makes them, and their products with exact sums
 * in 32 bits. They lie among the activations and weights as floats, of 32 or 16 bits, which hold
 * them exactly.
 */
final class Whole {
  private static final float LARGEST = 127f;
  private static final float ROUNDER = 12_582_912f; // 1.5 * 2^23: adding it rounds to whole numbers

  // Where sizes of the rounding lie in their array.
  static final int COUNT = 0;
  static final int X = 1;
  static final int Y = 2;

  /** Where the inverse scales lie among the 32-bit weights, and how many they are. */
  static final int INVERSE = 3;

  static final int SCALES = 4;

  static final int QUANTIZE_SIZES = 5;

  private Whole() {}

  /** The nearest whole numbers, half to even; a work-item for each. */
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

  /** As {@link Products#product}, by its sizes, with a scale a column; a work-item a result. */
  static void product(
      KernelContext c,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      ShortArray smallWeights,
      IntArray p,
      int narrow) {
    int i = c.globalIdx;
    int cols = p.get(Products.COLS);
    if (i < p.get(Products.ROWS) * cols) {
      int row = i / cols;
      int col = i % cols;
      int depth = p.get(Products.DEPTH);
      int inHeight = p.get(Products.IN_HEIGHT);
      int inWidth = p.get(Products.IN_WIDTH);
      int kernelWidth = p.get(Products.KERNEL_WIDTH);
      int taps = p.get(Products.TAPS);
      int picture = row / p.get(Products.AREA);
      int pixel = row % p.get(Products.AREA);
      int outWidth = p.get(Products.OUT_WIDTH);
      int top = pixel / outWidth * p.get(Products.STRIDE) - p.get(Products.TOP);
      int left = pixel % outWidth * p.get(Products.STRIDE) - p.get(Products.LEFT);
      int sum = 0;
      for (int tap = 0; tap < taps; tap++) {
        int y = top + tap / kernelWidth;
        int x = left + tap % kernelWidth;
        if (y >= 0 && y < inHeight && x >= 0 && x < inWidth) {
          int from = p.get(Products.X) + ((picture * inHeight + y) * inWidth + x) * depth;
          int w = p.get(Products.W) + tap * depth * cols + col;
          for (int k = 0; k < depth; k++) {
            int a = (int) Values.get(wide, small, from + k, narrow, weights);
            int b = (int) Values.get(weights, smallWeights, w + k * cols, narrow, weights);
            sum += a * b;
          }
        }
      }
      float v = sum * weights.get(p.get(Products.SCALE) + col);
      if (p.get(Products.BIAS) >= 0) {
        v += weights.get(p.get(Products.BIAS) + col);
      }
      if (p.get(Products.ADDEND_MODE) > 0) {
        int line = p.get(Products.ADDEND_MODE) == 1 ? row : picture;
        v += Values.get(wide, small, p.get(Products.ADDEND) + line * cols + col, narrow, weights);
      }
      v = Activations.apply(v, p.get(Products.ACT));
      Values.set(wide, small, p.get(Products.Y) + i, v, narrow, weights);
    }
  }
}
