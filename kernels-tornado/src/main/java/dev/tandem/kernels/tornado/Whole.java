package dev.tandem.kernels.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * Products of whole numbers from -127 to 127, with exact sums in 32 bits. They lie among the
 * activations and weights as floats, of 32 or 16 bits, which hold them exactly ({@link
 * Elements#quantize}).
 */
final class Whole {
  private Whole() {}

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
