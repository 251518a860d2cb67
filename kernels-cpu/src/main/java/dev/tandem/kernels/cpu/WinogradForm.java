package dev.tandem.kernels.cpu;

/**
 * The one-dimensional transforms of F(4, 3) and F(2, 3): "Fast Algorithms for Convolutional Neural
 * Networks", Lavin and Gray, 2015. Each works in place on arrays side by side, with the same index
 * everywhere, which is the form that the JVM's compiler turns into vector instructions. Kernels are
 * few: oneDNN brings them over by one matrix, made of {@link #kernel}.
 */
enum WinogradForm {
  /** 4x4 results from 6x6 pixels: a quarter of the multiplications, kernels four times as large. */
  F4(
      4,
      new double[][] {
        {1 / 4.0, 0, 0},
        {-1 / 6.0, -1 / 6.0, -1 / 6.0},
        {-1 / 6.0, 1 / 6.0, -1 / 6.0},
        {1 / 24.0, 1 / 12.0, 1 / 6.0},
        {1 / 24.0, -1 / 12.0, 1 / 6.0},
        {0, 0, 1}
      }) {
    @Override
    void input(float[][] a, int n) {
      input4(a[0], a[1], a[2], a[3], a[4], a[5], n);
    }

    @Override
    void output(float[][] a, int n) {
      output4(a[0], a[1], a[2], a[3], a[4], a[5], n);
    }
  },

  /** 2x2 results from 4x4 pixels: 1 / 2.25 of the multiplications, kernels 1.8 times as large. */
  F2(2, new double[][] {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}}) {
    @Override
    void input(float[][] a, int n) {
      input2(a[0], a[1], a[2], a[3], n);
    }

    @Override
    void output(float[][] a, int n) {
      output2(a[0], a[1], a[2], a[3], n);
    }
  };

  private final int tile;

  @SuppressWarnings("ImmutableEnumChecker") // never written
  private final double[][] kernel;

  WinogradForm(int tile, double[][] kernel) {
    this.tile = tile;
    this.kernel = kernel;
  }

  /** Results of a tile in a line. */
  int tile() {
    return tile;
  }

  /** Pixels that a tile's line is computed from, and values of the domain. */
  int window() {
    return tile + 2;
  }

  /** Values of a tile in the domain. */
  int positions() {
    return window() * window();
  }

  /** A window of pixels in a line to as many values of the domain. */
  abstract void input(float[][] a, int n);

  /** Values of the domain to results, which replace the first ones. */
  abstract void output(float[][] a, int n);

  /** {@code G}: what each of three weights in a line counts at each position of the domain. */
  double[][] kernel() {
    return kernel;
  }

  private static void input4(
      float[] a0, float[] a1, float[] a2, float[] a3, float[] a4, float[] a5, int n) {
    for (int i = 0; i < n; i++) {
      float x0 = a0[i];
      float x1 = a1[i];
      float x2 = a2[i];
      float x3 = a3[i];
      float x4 = a4[i];
      float x5 = a5[i];
      float even = x4 - 4 * x2;
      float odd = x3 - 4 * x1;
      float outer = x4 - x2;
      float inner = 2 * (x3 - x1);
      a0[i] = 4 * x0 - 5 * x2 + x4;
      a1[i] = even + odd;
      a2[i] = even - odd;
      a3[i] = outer + inner;
      a4[i] = outer - inner;
      a5[i] = 4 * x1 - 5 * x3 + x5;
    }
  }

  private static void output4(
      float[] a0, float[] a1, float[] a2, float[] a3, float[] a4, float[] a5, int n) {
    for (int i = 0; i < n; i++) {
      float sum1 = a1[i] + a2[i];
      float difference1 = a1[i] - a2[i];
      float sum2 = a3[i] + a4[i];
      float difference2 = a3[i] - a4[i];
      a0[i] = a0[i] + sum1 + sum2;
      a1[i] = difference1 + 2 * difference2;
      a2[i] = sum1 + 4 * sum2;
      a3[i] = difference1 + 8 * difference2 + a5[i];
    }
  }

  private static void input2(float[] a0, float[] a1, float[] a2, float[] a3, int n) {
    for (int i = 0; i < n; i++) {
      float x1 = a1[i];
      float x2 = a2[i];
      a0[i] = a0[i] - x2;
      a1[i] = x1 + x2;
      a2[i] = x2 - x1;
      a3[i] = x1 - a3[i];
    }
  }

  private static void output2(float[] a0, float[] a1, float[] a2, float[] a3, int n) {
    for (int i = 0; i < n; i++) {
      float x1 = a1[i];
      float x2 = a2[i];
      a0[i] = a0[i] + x1 + x2;
      a1[i] = x1 - x2 - a3[i];
    }
  }
}
