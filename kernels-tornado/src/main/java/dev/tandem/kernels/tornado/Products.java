package dev.tandem.kernels.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * Matrix products and convolutions (implicit GEMM), with what is done to their sums: {@code y =
 * act(scale * x w + bias + addend)}.
 *
 * <p>A work-group of 4 x 16 work-items computes a tile of 16 x 64 results, each work-item 4 x 4 of
 * them in registers, while slices of {@link #SLICE} of both factors lie in local memory. A row of x
 * is a pixel of the result, its depth the input's channels, and a convolution goes through the taps
 * of its window one after the other. Sizes come from an array: they are not known when TornadoVM
 * compiles, which keeps it from unrolling loops beyond what registers hold.
 */
final class Products {
  /** Work-items of a group along a row of results, and along a column. */
  static final int ACROSS = 16;

  static final int DOWN = 4;

  /** Results of a tile along both axes: 4 of a work-item along each. */
  static final int TILE_COLS = 4 * ACROSS;

  static final int TILE_ROWS = 4 * DOWN;

  private static final int SLICE = 16;
  private static final int ITEMS = ACROSS * DOWN;

  /** Products of a sum in a row: TornadoVM unrolls a loop whose length it knows. */
  private static final int UNROLLED = 4;

  /** Lengths of lines in local memory: padded against bank conflicts. */
  private static final int X_PITCH = TILE_ROWS + 4;

  private static final int W_PITCH = TILE_COLS + 4;

  // Where sizes lie in their array.
  static final int X = 0;
  static final int W = 1;
  static final int Y = 2;
  static final int ROWS = 3;
  static final int COLS = 4;
  static final int DEPTH = 5;
  static final int TAPS = 6;
  static final int KERNEL_WIDTH = 7;
  static final int STRIDE = 8;
  static final int TOP = 9;
  static final int LEFT = 10;
  static final int IN_HEIGHT = 11;
  static final int IN_WIDTH = 12;
  static final int OUT_WIDTH = 13;

  /** Pixels of one picture of the result. */
  static final int AREA = 14;

  /** Elements from one product's operand to the next's, in a batch of products. */
  static final int X_STEP = 15;

  static final int W_STEP = 16;
  static final int Y_STEP = 17;

  /** Elements of w from one of its rows to the next, and from one of its columns to the next. */
  static final int W_ROW = 18;

  static final int W_COL = 19;

  /** 1 if w is an activation. */
  static final int W_COMPUTED = 20;

  /** Of the bias among the 32-bit weights, or -1. */
  static final int BIAS = 21;

  static final int ADDEND = 22;

  /** 0: none, 1: of the result's shape, 2: one row a picture. */
  static final int ADDEND_MODE = 23;

  static final int ACT = 24;

  /** Where the factor of the sums lies among the 32-bit weights. */
  static final int SCALE = 25;

  /** Lengths of loops: a slice, and what a work-item loads of x and w and stores of y. */
  static final int SLICE_LENGTH = 26;

  static final int X_LOADS = 27;
  static final int W_LOADS = 28;
  static final int STORES = 29;

  static final int SIZES = 30;

  private Products() {}

  /** Sizes that hold no offsets, for {@code cols} results of {@code depth} products each. */
  static int[] sizes(int rows, int cols, int depth) {
    int[] p = new int[SIZES];
    p[ROWS] = rows;
    p[COLS] = cols;
    p[DEPTH] = depth;
    p[TAPS] = 1;
    p[KERNEL_WIDTH] = 1;
    p[STRIDE] = 1;
    p[IN_HEIGHT] = 1;
    p[IN_WIDTH] = rows;
    p[OUT_WIDTH] = rows;
    p[AREA] = rows;
    p[W_ROW] = cols;
    p[W_COL] = 1;
    p[BIAS] = -1;
    p[SLICE_LENGTH] = SLICE;
    p[X_LOADS] = TILE_ROWS * SLICE / ITEMS;
    p[W_LOADS] = TILE_COLS * SLICE / ITEMS;
    p[STORES] = TILE_ROWS * TILE_COLS / ITEMS;
    return p;
  }

  /**
   * Global size: {@link #ACROSS} work-items for each tile of columns, {@link #DOWN} for each of
   * rows, one for each product of a batch.
   */
  static void product(
      KernelContext c,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      ShortArray smallWeights,
      IntArray p,
      int narrow) {
    float[] xs = c.allocateFloatLocalArray(SLICE * X_PITCH);
    float[] ws = c.allocateFloatLocalArray(SLICE * W_PITCH);
    float[] tile = c.allocateFloatLocalArray(TILE_ROWS * W_PITCH);
    int[] first = c.allocateIntLocalArray(TILE_ROWS);
    int[] top = c.allocateIntLocalArray(TILE_ROWS);
    int[] left = c.allocateIntLocalArray(TILE_ROWS);
    int lx = c.localIdx;
    int ly = c.localIdy;
    int item = ly * ACROSS + lx;
    int z = c.groupIdz;
    int row0 = c.groupIdy * TILE_ROWS;
    int col0 = c.groupIdx * TILE_COLS;
    int rows = p.get(ROWS);
    int cols = p.get(COLS);
    int depth = p.get(DEPTH);
    int inHeight = p.get(IN_HEIGHT);
    int inWidth = p.get(IN_WIDTH);
    int x0 = p.get(X) + z * p.get(X_STEP);
    int w0 = p.get(W) + z * p.get(W_STEP);
    int slice = p.get(SLICE_LENGTH);
    int xLoads = p.get(X_LOADS);
    int wLoads = p.get(W_LOADS);
    int kernelWidth = p.get(KERNEL_WIDTH);
    int wRow = p.get(W_ROW);
    int wCol = p.get(W_COL);
    int computed = p.get(W_COMPUTED);
    if (item < TILE_ROWS) {
      int row = TornadoMath.min(row0 + item, rows - 1);
      int picture = row / p.get(AREA);
      int pixel = row % p.get(AREA);
      first[item] = picture * inHeight;
      top[item] = pixel / p.get(OUT_WIDTH) * p.get(STRIDE) - p.get(TOP);
      left[item] = pixel % p.get(OUT_WIDTH) * p.get(STRIDE) - p.get(LEFT);
    }
    c.localBarrier();
    float s00 = 0f;
    float s01 = 0f;
    float s02 = 0f;
    float s03 = 0f;
    float s10 = 0f;
    float s11 = 0f;
    float s12 = 0f;
    float s13 = 0f;
    float s20 = 0f;
    float s21 = 0f;
    float s22 = 0f;
    float s23 = 0f;
    float s30 = 0f;
    float s31 = 0f;
    float s32 = 0f;
    float s33 = 0f;
    int taps = p.get(TAPS);
    for (int tap = 0; tap < taps; tap++) {
      int ky = tap / kernelWidth;
      int kx = tap % kernelWidth;
      for (int d = 0; d < depth; d += SLICE) {
        for (int i = 0; i < xLoads; i++) {
          int at = item + i * ITEMS;
          int row = at / SLICE;
          int k = d + at % SLICE;
          int y = top[row] + ky;
          int x = left[row] + kx;
          float v = 0f;
          if (k < depth) {
            if (y >= 0 && y < inHeight && x >= 0 && x < inWidth) {
              int from = x0 + ((first[row] + y) * inWidth + x) * depth + k;
              v = Values.get(wide, small, from, narrow, weights);
            }
          }
          xs[at % SLICE * X_PITCH + row] = v;
        }
        for (int i = 0; i < wLoads; i++) {
          int at = item + i * ITEMS;
          int k = d + at / TILE_COLS;
          int col = col0 + at % TILE_COLS;
          float v = 0f;
          if (k < depth && col < cols) {
            int from = w0 + (tap * depth + k) * wRow + col * wCol;
            if (computed == 1) {
              v = Values.get(wide, small, from, narrow, weights);
            } else {
              v = Values.get(weights, smallWeights, from, narrow, weights);
            }
          }
          ws[at / TILE_COLS * W_PITCH + at % TILE_COLS] = v;
        }
        c.localBarrier();
        for (int k = 0; k < slice; k += UNROLLED) {
          for (int j = 0; j < UNROLLED; j++) {
            int xAt = (k + j) * X_PITCH + ly * 4;
            int wAt = (k + j) * W_PITCH + lx;
            float x0k = xs[xAt];
            float x1k = xs[xAt + 1];
            float x2k = xs[xAt + 2];
            float x3k = xs[xAt + 3];
            float w0k = ws[wAt];
            float w1k = ws[wAt + 1 * ACROSS];
            float w2k = ws[wAt + 2 * ACROSS];
            float w3k = ws[wAt + 3 * ACROSS];
            s00 += x0k * w0k;
            s01 += x0k * w1k;
            s02 += x0k * w2k;
            s03 += x0k * w3k;
            s10 += x1k * w0k;
            s11 += x1k * w1k;
            s12 += x1k * w2k;
            s13 += x1k * w3k;
            s20 += x2k * w0k;
            s21 += x2k * w1k;
            s22 += x2k * w2k;
            s23 += x2k * w3k;
            s30 += x3k * w0k;
            s31 += x3k * w1k;
            s32 += x3k * w2k;
            s33 += x3k * w3k;
          }
        }
        c.localBarrier();
      }
    }
    int at = ly * 4 * W_PITCH + lx;
    tile[at] = s00;
    tile[at + ACROSS] = s01;
    tile[at + 2 * ACROSS] = s02;
    tile[at + 3 * ACROSS] = s03;
    tile[at + W_PITCH] = s10;
    tile[at + W_PITCH + ACROSS] = s11;
    tile[at + W_PITCH + 2 * ACROSS] = s12;
    tile[at + W_PITCH + 3 * ACROSS] = s13;
    tile[at + 2 * W_PITCH] = s20;
    tile[at + 2 * W_PITCH + ACROSS] = s21;
    tile[at + 2 * W_PITCH + 2 * ACROSS] = s22;
    tile[at + 2 * W_PITCH + 3 * ACROSS] = s23;
    tile[at + 3 * W_PITCH] = s30;
    tile[at + 3 * W_PITCH + ACROSS] = s31;
    tile[at + 3 * W_PITCH + 2 * ACROSS] = s32;
    tile[at + 3 * W_PITCH + 3 * ACROSS] = s33;
    c.localBarrier();
    float scale = weights.get(p.get(SCALE));
    int y0 = p.get(Y) + z * p.get(Y_STEP);
    int stores = p.get(STORES);
    for (int i = 0; i < stores; i++) {
      int k = item + i * ITEMS;
      int row = row0 + k / TILE_COLS;
      int col = col0 + k % TILE_COLS;
      if (row < rows && col < cols) {
        float v = tile[k / TILE_COLS * W_PITCH + k % TILE_COLS] * scale;
        if (p.get(BIAS) >= 0) {
          v += weights.get(p.get(BIAS) + col);
        }
        if (p.get(ADDEND_MODE) > 0) {
          int line = p.get(ADDEND_MODE) == 1 ? row : row / p.get(AREA);
          v += Values.get(wide, small, p.get(ADDEND) + line * cols + col, narrow, weights);
        }
        v = Activations.apply(v, p.get(ACT));
        Values.set(wide, small, y0 + row * cols + col, v, narrow, weights);
      }
    }
  }
}
