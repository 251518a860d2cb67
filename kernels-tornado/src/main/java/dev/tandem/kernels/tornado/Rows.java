package dev.tandem.kernels.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/** What needs a whole row at once, a work-group for each: layer norm and softmax. */
final class Rows {
  static final int ITEMS = 64;

  // Where sizes lie in their array.
  static final int X = 0;
  static final int Y = 1;
  static final int WIDTH = 2;
  static final int GAMMA = 3;
  static final int BETA = 4;

  /** Where eps or the scale lies among the 32-bit weights. */
  static final int NUMBER = 5;

  static final int SIZES = 6;

  private Rows() {}

  /** Global size: {@link #ITEMS} for each row. */
  static void layerNorm(
      KernelContext c,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      IntArray p,
      int narrow) {
    float[] part = c.allocateFloatLocalArray(ITEMS);
    int item = c.localIdx;
    int width = p.get(WIDTH);
    int x0 = p.get(X) + c.groupIdx * width;
    int y0 = p.get(Y) + c.groupIdx * width;
    float sum = 0f;
    for (int i = item; i < width; i += ITEMS) {
      sum += Values.get(wide, small, x0 + i, narrow, weights);
    }
    part[item] = sum;
    c.localBarrier();
    for (int half = ITEMS / 2; half > 0; half = half / 2) {
      if (item < half) {
        part[item] = part[item] + part[item + half];
      }
      c.localBarrier();
    }
    float mean = part[0] / width;
    c.localBarrier();
    float squares = 0f;
    for (int i = item; i < width; i += ITEMS) {
      float v = Values.get(wide, small, x0 + i, narrow, weights) - mean;
      squares += v * v;
    }
    part[item] = squares;
    c.localBarrier();
    for (int half = ITEMS / 2; half > 0; half = half / 2) {
      if (item < half) {
        part[item] = part[item] + part[item + half];
      }
      c.localBarrier();
    }
    float factor = 1f / TornadoMath.sqrt(part[0] / width + weights.get(p.get(NUMBER)));
    for (int i = item; i < width; i += ITEMS) {
      float v = (Values.get(wide, small, x0 + i, narrow, weights) - mean) * factor;
      v = v * weights.get(p.get(GAMMA) + i) + weights.get(p.get(BETA) + i);
      Values.set(wide, small, y0 + i, v, narrow, weights);
    }
  }

  /** Global size: {@link #ITEMS} for each row. */
  static void softmax(
      KernelContext c,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      IntArray p,
      int narrow) {
    float[] part = c.allocateFloatLocalArray(ITEMS);
    int item = c.localIdx;
    int width = p.get(WIDTH);
    int x0 = p.get(X) + c.groupIdx * width;
    int y0 = p.get(Y) + c.groupIdx * width;
    float scale = weights.get(p.get(NUMBER));
    float top = scale * Values.get(wide, small, x0, narrow, weights);
    for (int i = item; i < width; i += ITEMS) {
      top = TornadoMath.max(top, scale * Values.get(wide, small, x0 + i, narrow, weights));
    }
    part[item] = top;
    c.localBarrier();
    for (int half = ITEMS / 2; half > 0; half = half / 2) {
      if (item < half) {
        part[item] = TornadoMath.max(part[item], part[item + half]);
      }
      c.localBarrier();
    }
    float largest = part[0];
    c.localBarrier();
    float sum = 0f;
    for (int i = item; i < width; i += ITEMS) {
      sum += TornadoMath.exp(scale * Values.get(wide, small, x0 + i, narrow, weights) - largest);
    }
    part[item] = sum;
    c.localBarrier();
    for (int half = ITEMS / 2; half > 0; half = half / 2) {
      if (item < half) {
        part[item] = part[item] + part[item + half];
      }
      c.localBarrier();
    }
    float inverse = 1f / part[0];
    for (int i = item; i < width; i += ITEMS) {
      float v = TornadoMath.exp(scale * Values.get(wide, small, x0 + i, narrow, weights) - largest);
      Values.set(wide, small, y0 + i, v * inverse, narrow, weights);
    }
  }
}
