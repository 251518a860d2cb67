package dev.tandem.devices.reference;

/**
 * Matrix product of a block of rows, the inner loop of convolutions, linear layers, matrix products
 * and attention: {@code sum[r][j] += a[r, i] * b[i][j]}, accumulated in F32.
 *
 * <p>Every row is an array of its own because C2 vectorises a loop only where all arrays have the
 * same index; two rows by four products at a time keep the sums in registers.
 */
final class Rows {
  /** Rows of a block: large enough to use each row of b often, small enough for the cache. */
  static final int BLOCK = 32;

  private Rows() {}

  /** Number of blocks that hold {@code rows} rows. */
  static int blocks(long rows) {
    return Math.toIntExact((rows + BLOCK - 1) / BLOCK);
  }

  /** Row sums for each worker, {@code [workers][BLOCK][n]}. */
  static float[][][] sums(Workers workers, int n) {
    return new float[workers.count()][BLOCK][n];
  }

  /**
   * Adds a product to {@code sum}.
   *
   * @param a holds {@code rows} rows of {@code b.length} elements, from {@code at} on
   */
  static void addProduct(float[] a, int at, int rows, float[][] b, float[][] sum) {
    int k = b.length;
    int fours = k & -4;
    for (int i = 0; i < fours; i += 4) {
      for (int r = 0; r + 1 < rows; r += 2) {
        int p = at + r * k + i;
        addFour(a, p, p + k, b, i, sum[r], sum[r + 1]);
      }
    }
    for (int r = 0; r < rows; r++) {
      boolean alone = r == rows - 1 && rows % 2 == 1;
      for (int i = alone ? 0 : fours; i < k; i++) {
        addOne(a[at + r * k + i], b[i], sum[r]);
      }
    }
  }

  private static void addOne(float x, float[] b, float[] sum) {
    for (int j = 0; j < sum.length; j++) {
      sum[j] = Math.fma(x, b[j], sum[j]);
    }
  }

  /** Four products for two rows, which begin in a at {@code p} and {@code q}. */
  private static void addFour(
      float[] a, int p, int q, float[][] b, int i, float[] sum, float[] next) {
    float x0 = a[p];
    float x1 = a[p + 1];
    float x2 = a[p + 2];
    float x3 = a[p + 3];
    float y0 = a[q];
    float y1 = a[q + 1];
    float y2 = a[q + 2];
    float y3 = a[q + 3];
    float[] b0 = b[i];
    float[] b1 = b[i + 1];
    float[] b2 = b[i + 2];
    float[] b3 = b[i + 3];
    for (int j = 0; j < sum.length; j++) {
      float c0 = b0[j];
      float c1 = b1[j];
      float c2 = b2[j];
      float c3 = b3[j];
      sum[j] = Math.fma(x3, c3, Math.fma(x2, c2, Math.fma(x1, c1, Math.fma(x0, c0, sum[j]))));
      next[j] = Math.fma(y3, c3, Math.fma(y2, c2, Math.fma(y1, c1, Math.fma(y0, c0, next[j]))));
    }
  }
}
