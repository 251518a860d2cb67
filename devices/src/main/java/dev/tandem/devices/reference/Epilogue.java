package dev.tandem.devices.reference;

import dev.tandem.graph.Activation;
import java.util.Arrays;
import java.util.Optional;

/** What follows a matrix product: {@code out = act(sum + bias + addend)} for rows of n columns. */
final class Epilogue {
  private final int n;
  private final Optional<float[]> bias;
  private final Optional<float[]> addend;
  private final int rowsPerAddend;
  private final Activation act;
  private final float[] out;

  /**
   * Describes an epilogue.
   *
   * @param bias one value a column
   * @param addend rows of n: one for each result row (a residual), or one for several
   */
  Epilogue(int n, Optional<float[]> bias, Optional<float[]> addend, Activation act, float[] out) {
    this.n = n;
    this.bias = bias;
    this.addend = addend;
    this.rowsPerAddend = addend.map(a -> out.length / a.length).orElse(1);
    this.act = act;
    this.out = out;
  }

  /** Sets the sums to what they start from: the bias or zero. */
  void start(float[][] sums, int rows) {
    for (int r = 0; r < rows; r++) {
      if (bias.isPresent()) {
        System.arraycopy(bias.get(), 0, sums[r], 0, n);
      } else {
        Arrays.fill(sums[r], 0);
      }
    }
  }

  /** Writes the finished sums as result rows from {@code first} on. */
  void finish(float[][] sums, int first, int rows) {
    for (int r = 0; r < rows; r++) {
      float[] sum = sums[r];
      if (addend.isPresent()) {
        float[] a = addend.get();
        int from = (first + r) / rowsPerAddend * n;
        for (int j = 0; j < n; j++) {
          sum[j] += a[from + j];
        }
      }
      System.arraycopy(sum, 0, out, (first + r) * n, n);
    }
    Activations.apply(act, out, first * n, (first + rows) * n);
  }
}
