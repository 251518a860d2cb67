package dev.tandem.kernels.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/** Operations that move elements or look them up; a work-item for each result. */
final class Movement {
  // Where sizes lie in their array.
  static final int COUNT = 0;
  static final int X = 1;
  static final int Y = 2;
  static final int A = 3;
  static final int B = 4;
  static final int C = 5;
  static final int D = 6;
  static final int E = 7;
  static final int SIZES = 8;

  private Movement() {}

  /** From the caller's array into the device's. */
  static void load(
      KernelContext c,
      FloatArray from,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      IntArray p,
      int narrow) {
    int i = c.globalIdx;
    if (i < p.get(COUNT)) {
      Values.set(wide, small, p.get(Y) + i, from.get(i), narrow, weights);
    }
  }

  /** From the device's array into the caller's. */
  static void save(
      KernelContext c,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      FloatArray to,
      IntArray p,
      int narrow) {
    int i = c.globalIdx;
    if (i < p.get(COUNT)) {
      to.set(i, Values.get(wide, small, p.get(X) + i, narrow, weights));
    }
  }

  /** From one array into another. */
  static void copy(KernelContext c, FloatArray from, FloatArray to, IntArray p) {
    int i = c.globalIdx;
    if (i < p.get(COUNT)) {
      to.set(i, from.get(i));
    }
  }

  /** A weight, as the checkpoint has it. */
  static void copyWeight(
      KernelContext c,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      ShortArray smallWeights,
      IntArray p,
      int narrow) {
    int i = c.globalIdx;
    if (i < p.get(COUNT)) {
      float v = Values.get(weights, smallWeights, p.get(X) + i, narrow, weights);
      Values.set(wide, small, p.get(Y) + i, v, narrow, weights);
    }
  }

  /** Runs of {@code B} elements of x, each followed by {@code C} of the operand at {@code A}. */
  static void concat(
      KernelContext c,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      IntArray p,
      int narrow) {
    int i = c.globalIdx;
    if (i < p.get(COUNT)) {
      int left = p.get(B);
      int right = p.get(C);
      int run = i / (left + right);
      int within = i % (left + right);
      int from =
          within < left ? p.get(X) + run * left + within : p.get(A) + run * right + within - left;
      float v = Values.get(wide, small, from, narrow, weights);
      Values.set(wide, small, p.get(Y) + i, v, narrow, weights);
    }
  }

  /** {@code A}: channels, {@code B}, {@code C}: input, {@code D}, {@code E}: output size. */
  static void resample(
      KernelContext c,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      IntArray p,
      int narrow) {
    int i = c.globalIdx;
    if (i < p.get(COUNT)) {
      int channels = p.get(A);
      int height = p.get(D);
      int width = p.get(E);
      int channel = i % channels;
      int x = i / channels % width;
      int y = i / channels / width % height;
      int picture = i / channels / width / height;
      int fromY = y * p.get(B) / height;
      int fromX = x * p.get(C) / width;
      int from = p.get(X) + ((picture * p.get(B) + fromY) * p.get(C) + fromX) * channels + channel;
      float v = Values.get(wide, small, from, narrow, weights);
      Values.set(wide, small, p.get(Y) + i, v, narrow, weights);
    }
  }

  /** Rows of {@code A} elements of a table among the weights. */
  static void embedding(
      KernelContext c,
      IntArray ids,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      ShortArray smallWeights,
      IntArray p,
      int narrow) {
    int i = c.globalIdx;
    if (i < p.get(COUNT)) {
      int width = p.get(A);
      int from = p.get(X) + ids.get(i / width) * width + i % width;
      float v = Values.get(weights, smallWeights, from, narrow, weights);
      Values.set(wide, small, p.get(Y) + i, v, narrow, weights);
    }
  }

  /** A row of {@code A} elements of each batch item's {@code B}. */
  static void gatherRows(
      KernelContext c,
      IntArray ids,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      IntArray p,
      int narrow) {
    int i = c.globalIdx;
    if (i < p.get(COUNT)) {
      int width = p.get(A);
      int picture = i / width;
      int from = p.get(X) + (picture * p.get(B) + ids.get(picture)) * width + i % width;
      float v = Values.get(wide, small, from, narrow, weights);
      Values.set(wide, small, p.get(Y) + i, v, narrow, weights);
    }
  }

  /**
   * Sinusoids of timesteps, which are the caller's own 32-bit floats: 999.3 has no 16-bit form.
   *
   * <p>{@code X}: frequencies among the weights, {@code A}: how many, {@code B}: 1 if cosines come
   * first.
   */
  static void timestep(
      KernelContext c,
      FloatArray times,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      IntArray p,
      int narrow) {
    int i = c.globalIdx;
    if (i < p.get(COUNT)) {
      int half = p.get(A);
      int picture = i / (2 * half);
      int within = i % (2 * half);
      float phase = times.get(picture) * weights.get(p.get(X) + within % half);
      boolean second = within >= half;
      boolean cosine = second != (p.get(B) == 1);
      float v = cosine ? TornadoMath.cos(phase) : TornadoMath.sin(phase);
      Values.set(wide, small, p.get(Y) + i, v, narrow, weights);
    }
  }
}
