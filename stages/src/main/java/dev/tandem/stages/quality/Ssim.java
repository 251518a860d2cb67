package dev.tandem.stages.quality;

import java.util.Arrays;

/**
 * Structural similarity of pictures of 8 bits a channel (Wang et al. 2004, "Image Quality
 * Assessment: From Error Visibility to Structural Similarity"): 1 for equal pictures. As in the
 * authors' code: of luma, with a Gaussian window of 11 pixels and sigma 1.5, averaged over all
 * places where the whole window lies in the picture.
 */
public final class Ssim {
  private static final int WINDOW = 11;
  private static final double SIGMA = 1.5;
  private static final double C1 = 0.01 * 255 * 0.01 * 255;
  private static final double C2 = 0.03 * 255 * 0.03 * 255;
  private static final double[] LUMA = {0.299, 0.587, 0.114};

  private Ssim() {}

  /**
   * How alike two pictures are in structure, at most 1. In a picture that is smaller than the
   * window, the window is as large as the picture.
   *
   * @param a {@code [height, width, 3]}, RGB
   * @param b likewise
   * @throws IllegalArgumentException if they are not of this size
   */
  public static double of(byte[] a, byte[] b, int width, int height) {
    if (width < 1 || height < 1 || a.length != 3 * width * height || b.length != a.length) {
      throw new IllegalArgumentException(
          "pictures of "
              + a.length
              + " and "
              + b.length
              + " bytes cannot be compared as "
              + width
              + "x"
              + height
              + " in RGB");
    }
    double[] x = luma(a);
    double[] y = luma(b);
    double[] meanX = blurred(x, width, height);
    double[] meanY = blurred(y, width, height);
    double[] meanXx = blurred(product(x, x), width, height);
    double[] meanYy = blurred(product(y, y), width, height);
    double[] meanXy = blurred(product(x, y), width, height);
    double sum = 0;
    for (int i = 0; i < meanX.length; i++) {
      double means = meanX[i] * meanY[i];
      double squares = meanX[i] * meanX[i] + meanY[i] * meanY[i];
      double variances = meanXx[i] + meanYy[i] - squares;
      double covariance = meanXy[i] - means;
      sum += (2 * means + C1) * (2 * covariance + C2) / ((squares + C1) * (variances + C2));
    }
    return sum / meanX.length;
  }

  private static double[] luma(byte[] rgb) {
    double[] out = new double[rgb.length / 3];
    for (int i = 0; i < rgb.length; i++) {
      out[i / 3] += LUMA[i % 3] * (rgb[i] & 255);
    }
    return out;
  }

  private static double[] product(double[] a, double[] b) {
    double[] out = new double[a.length];
    Arrays.setAll(out, i -> a[i] * b[i]);
    return out;
  }

  /** Weighted means of all windows, row by row. */
  private static double[] blurred(double[] image, int width, int height) {
    double[] across = window(width);
    double[] down = window(height);
    int columns = width - across.length + 1;
    int rows = height - down.length + 1;
    double[] rowMeans = new double[height * columns];
    for (int i = 0; i < rowMeans.length; i++) {
      for (int k = 0; k < across.length; k++) {
        rowMeans[i] += across[k] * image[i / columns * width + i % columns + k];
      }
    }
    double[] out = new double[rows * columns];
    for (int i = 0; i < out.length; i++) {
      for (int k = 0; k < down.length; k++) {
        out[i] += down[k] * rowMeans[i + k * columns];
      }
    }
    return out;
  }

  private static double[] window(int side) {
    double[] weights = new double[Math.min(WINDOW, side)];
    double centre = (weights.length - 1) / 2.0;
    Arrays.setAll(weights, i -> Math.exp(-(i - centre) * (i - centre) / (2 * SIGMA * SIGMA)));
    double sum = Arrays.stream(weights).sum();
    Arrays.setAll(weights, i -> weights[i] / sum);
    return weights;
  }
}
