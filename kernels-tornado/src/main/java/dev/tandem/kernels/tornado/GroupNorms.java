package dev.tandem.kernels.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * Group norm with its activation: a work-group for each group of channels of a picture goes through
 * it three times, for the mean, for the squares of what differs from it, and for the results.
 */
final class GroupNorms {
  static final int ITEMS = 64;

  // Where sizes lie in their array.
  static final int X = 0;
  static final int Y = 1;
  static final int GAMMA = 2;
  static final int BETA = 3;
  static final int PIXELS = 4;
  static final int CHANNELS = 5;

  /** Channels of a group. */
  static final int WIDTH = 6;

  static final int ACT = 7;

  /** Where the number that is added to the variance lies among the 32-bit weights. */
  static final int EPS = 8;

  static final int SIZES = 9;

  private GroupNorms() {}

  /** Global size: {@link #ITEMS} for each group, and one for each picture. */
  static void groupNorm(
      KernelContext c,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      IntArray p,
      int narrow) {
    float[] part = c.allocateFloatLocalArray(ITEMS);
    int item = c.localIdx;
    int group = c.groupIdx;
    int pixels = p.get(PIXELS);
    int channels = p.get(CHANNELS);
    int width = p.get(WIDTH);
    int count = pixels * width;
    int x0 = p.get(X) + c.groupIdy * pixels * channels + group * width;
    int y0 = p.get(Y) + c.groupIdy * pixels * channels + group * width;

    float sum = 0f;
    for (int i = item; i < count; i += ITEMS) {
      sum += Values.get(wide, small, x0 + i / width * channels + i % width, narrow, weights);
    }
    part[item] = sum;
    c.localBarrier();
    for (int half = ITEMS / 2; half > 0; half = half / 2) {
      if (item < half) {
        part[item] = part[item] + part[item + half];
      }
      c.localBarrier();
    }
    float mean = part[0] / count;
    c.localBarrier();

    float squares = 0f;
    for (int i = item; i < count; i += ITEMS) {
      float v =
          Values.get(wide, small, x0 + i / width * channels + i % width, narrow, weights) - mean;
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
    float factor = 1f / TornadoMath.sqrt(part[0] / count + weights.get(p.get(EPS)));

    for (int i = item; i < count; i += ITEMS) {
      int within = i / width * channels + i % width;
      int channel = group * width + i % width;
      float v = Values.get(wide, small, x0 + within, narrow, weights) - mean;
      v = v * factor * weights.get(p.get(GAMMA) + channel) + weights.get(p.get(BETA) + channel);
      Values.set(wide, small, y0 + within, Activations.apply(v, p.get(ACT)), narrow, weights);
    }
  }
}
