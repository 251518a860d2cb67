package dev.tandem.stages.quality;

import java.util.List;

/**
 * CMMD: the maximum mean discrepancy between the CLIP vectors of two sets of pictures, with a
 * Gaussian kernel (Jayasumana et al. 2024, "Rethinking FID: Towards a Better Evaluation Metric for
 * Image Generation"). 0 for equal sets; unlike FID it needs no normal distribution and few
 * pictures.
 *
 * <p>As in the authors' code: vectors of length 1, sigma 10, the plain average over all pairs (each
 * vector with itself included), times 1000.
 */
public final class Cmmd {
  private static final double SIGMA = 10;
  private static final double SCALE = 1000;

  private final double[][] kernel;
  private final int first;
  private final double second;
  private final double[] crossSums;

  private Cmmd(double[][] kernel, int first) {
    this.kernel = kernel;
    this.first = first;
    double sum = 0;
    for (int i = first; i < kernel.length; i++) {
      for (int j = first; j < kernel.length; j++) {
        sum += kernel[i][j];
      }
    }
    double m = kernel.length - first;
    this.second = sum / (m * m);
    this.crossSums = new double[first];
    for (int i = 0; i < first; i++) {
      for (int j = first; j < kernel.length; j++) {
        crossSums[i] += kernel[i][j];
      }
    }
  }

  /** Works the kernel out once for all pairs, so that {@link #resampled} is cheap. */
  public static Cmmd between(List<float[]> a, List<float[]> b) {
    if (a.isEmpty() || b.isEmpty()) {
      throw new IllegalArgumentException(
          "CMMD needs pictures on both sides, got " + a.size() + " and " + b.size());
    }
    int n = a.size() + b.size();
    double[][] kernel = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        float[] x = i < a.size() ? a.get(i) : b.get(i - a.size());
        float[] y = j < a.size() ? a.get(j) : b.get(j - a.size());
        double distance = UnitVectors.dot(x, x) + UnitVectors.dot(y, y) - 2 * UnitVectors.dot(x, y);
        kernel[i][j] = Math.exp(-distance / (2 * SIGMA * SIGMA));
        kernel[j][i] = kernel[i][j];
      }
    }
    return new Cmmd(kernel, a.size());
  }

  /** The discrepancy. */
  public double value() {
    int[] all = new int[first];
    for (int i = 0; i < first; i++) {
      all[i] = i;
    }
    return resampled(all);
  }

  /**
   * The discrepancy of a choice of the first set from the second set, for bootstrap intervals.
   *
   * @param chosen places in the first set; may repeat
   */
  public double resampled(int[] chosen) {
    int[] times = new int[first];
    for (int i : chosen) {
      times[i]++;
    }
    double own = 0;
    double cross = 0;
    for (int i = 0; i < first; i++) {
      if (times[i] > 0) {
        double below = 0;
        for (int j = 0; j < i; j++) {
          below += times[j] * kernel[i][j];
        }
        own += times[i] * (2 * below + times[i] * kernel[i][i]);
        cross += times[i] * crossSums[i];
      }
    }
    double n = chosen.length;
    double m = kernel.length - first;
    return SCALE * (own / (n * n) + second - 2 * cross / (n * m));
  }
}
