package dev.tandem.stages.quality;

/**
 * Structural similarity of pictures of 8 bits a channel (Wang, Bovik, Sheikh and Simoncelli 2004,
 * "Image Quality Assessment: From Error Visibility to Structural Similarity"): 1 for equal
 * pictures, about 0 for pictures that have nothing in common.
 *
 * <p>As the authors have it: a Gaussian window of 11 x 11 pixels and deviation 1.5, K1 = 0.01, K2 =
 * 0.03, the mean over all places where the whole window lies in the picture; of colour pictures the
 * mean over the channels. The same as scikit-image's {@code structural_similarity} with {@code
 * gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255}. In a picture that
 * is smaller than the window, the window is as large as the picture.
 */
public final class Ssim {
  private static final int CHANNELS = 3;
  private static final int WINDOW = 11;
  private static final double SIGMA = 1.5;
  private static final double PEAK = 255;
  private static final double C1 = Math.pow(0.01 * PEAK, 2);
  private static final double C2 = Math.pow(0.03 * PEAK, 2);

  private Ssim() {}

  /**
   * How near two pictures are.
   *
   * @param a {@code [height, width, 3]}
   * @param b likewise
   * @throws IllegalArgumentException if they are not of that size
   */
  public static double of(byte[] a, byte[] b, int width, int height) {
    int length = Math.multiplyExact(CHANNELS, Math.multiplyExact(width, height));
    if (length < 1 || a.length != length || b.length != length) {
      throw new IllegalArgumentException(
          "pictures of "
              + a.length
              + " and "
              + b.length
              + " bytes are not of "
              + width
              + " x "
              + height
              + " pixels");
    }
    double sum = 0;
    for (int c = 0; c < CHANNELS; c++) {
      sum += ofChannel(channel(a, c), channel(b, c), width, height);
    }
    return sum / CHANNELS;
  }

  private static double[] channel(byte[] picture, int c) {
    double[] out = new double[picture.length / CHANNELS];
    for (int i = 0; i < out.length; i++) {
      out[i] = picture[i * CHANNELS + c] & 255;
    }
    return out;
  }

  private static double ofChannel(double[] a, double[] b, int width, int height) {
    double[] meanA = smoothed(a, width, height);
    double[] meanB = smoothed(b, width, height);
    double[] squareA = smoothed(product(a, a), width, height);
    double[] squareB = smoothed(product(b, b), width, height);
    double[] cross = smoothed(product(a, b), width, height);
    double sum = 0;
    for (int i = 0; i < meanA.length; i++) {
      double m = meanA[i] * meanB[i];
      double squares = meanA[i] * meanA[i] + meanB[i] * meanB[i];
      double variances = squareA[i] + squareB[i] - squares;
      sum += (2 * m + C1) * (2 * (cross[i] - m) + C2) / ((squares + C1) * (variances + C2));
    }
    return sum / meanA.length;
  }

  private static double[] product(double[] a, double[] b) {
    double[] out = new double[a.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = a[i] * b[i];
    }
    return out;
  }

  /** Weighted means of all windows that lie in the picture, row by row. */
  private static double[] smoothed(double[] x, int width, int height) {
    double[] across = weights(width);
    double[] down = weights(height);
    int columns = width - across.length + 1;
    double[] rows = new double[height * columns];
    for (int i = 0; i < rows.length; i++) {
      int from = i / columns * width + i % columns;
      for (int k = 0; k < across.length; k++) {
        rows[i] += across[k] * x[from + k];
      }
    }
    double[] out = new double[(height - down.length + 1) * columns];
    for (int i = 0; i < out.length; i++) {
      for (int k = 0; k < down.length; k++) {
        out[i] += down[k] * rows[i + k * columns];
      }
    }
    return out;
  }

  /** The window along an axis of so many pixels. */
  private static double[] weights(int extent) {
    double[] out = new double[Math.min(WINDOW, extent)];
    double sum = 0;
    for (int k = 0; k < out.length; k++) {
      double distance = k - (out.length - 1) / 2.0;
      out[k] = Math.exp(-distance * distance / (2 * SIGMA * SIGMA));
      sum += out[k];
    }
    for (int k = 0; k < out.length; k++) {
      out[k] /= sum;
    }
    return out;
  }
}
