package dev.tandem.kernels.cpu;

/**
 * The one-dimensional transforms of F(4, 3) and F(2, 3): "Fast Algorithms for Convolutional Neural
 * Networks", Lavin and Gray, 2015. Each works in place on arrays side by side, with the same index
 * everywhere, which is the form that the JVM's compiler turns into vector instructions.
 */
enum WinogradForm {
  /** 4x4 results from 6x6 pixels: a quarter of the multiplications, kernels four times as large. */
  F4(4) {
    @Override
    void input(float[][] a, int n) {
      input4(a[0], a[1], a[2], a[3], a[4], a[5], n);
    }

    @Override
    void output(float[][] a, int n) {
      output4(a[0], a[1], a[2], a[3], a[4], a[5], n);
    }

    @Override
    void kernel(float[] w0, float[] w1, float[] w2, float[][] u, int n) {
      kernel4(w0, w1, w2, u[0], u[1], u[2], u[3], u[4], u[5], n);
    }
  },

  /** 2x2 results from 4x4 pixels: 1 / 2.25 of the multiplications, kernels 1.8 times as large. */
  F2(2) {
    @Override
    void input(float[][] a, int n) {
      input2(a[0], a[1], a[2], a[3], n);
    }

    @Override
    void output(float[][] a, int n) {
      output2(a[0], a[1], a[2], a[3], n);
    }

    @Override
    void kernel(float[] w0, float[] w1, float[] w2, float[][] u, int n) {
      kernel2(w0, w1, w2, u[0], u[1], u[2], u[3], n);
    }
  };

  private final int tile;

  WinogradForm(int tile) {
    this.tile = tile;
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

  /** Three weights in a line to values of the domain. */
  abstract void kernel(float[] w0, float[] w1, float[] w2, float[][] u, int n);

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

  private static void kernel4(
      float[] w0,
      float[] w1,
      float[] w2,
      float[] u0,
      float[] u1,
      float[] u2,
      float[] u3,
      float[] u4,
      float[] u5,
      int n) {
    for (int i = 0; i < n; i++) {
      float first = w0[i];
      float last = w2[i];
      float even = (first + last) * (-1 / 6f);
      float odd = w1[i] * (1 / 6f);
      float far = first * (1 / 24f) + last * (1 / 6f);
      u0[i] = first * 0.25f;
      u1[i] = even - odd;
      u2[i] = even + odd;
      u3[i] = far + 0.5f * odd;
      u4[i] = far - 0.5f * odd;
      u5[i] = last;
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

  private static void kernel2(
      float[] w0, float[] w1, float[] w2, float[] u0, float[] u1, float[] u2, float[] u3, int n) {
    for (int i = 0; i < n; i++) {
      float ends = (w0[i] + w2[i]) * 0.5f;
      float middle = w1[i] * 0.5f;
      u0[i] = w0[i];
      u1[i] = ends + middle;
      u2[i] = ends - middle;
      u3[i] = w2[i];
    }
  }
}
