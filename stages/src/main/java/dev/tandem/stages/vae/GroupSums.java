package dev.tandem.stages.vae;

/**
 * Mean and variance of each group of channels of a map that comes piece by piece, in double
 * precision.
 */
final class GroupSums {
  private final int groups;
  private final double[] origin;
  private final double[] sums;
  private final double[] squares;
  private long pixels;

  GroupSums(int channels, int groups) {
    this.groups = groups;
    origin = new double[channels];
    sums = new double[channels];
    squares = new double[channels];
  }

  private int size() {
    return sums.length / groups;
  }

  /** Adds {@code [pixels, channels]}. */
  void add(float[] values) {
    int channels = sums.length;
    for (int c = 0; pixels == 0 && c < channels; c++) {
      origin[c] = values[c / size() * size()]; // near the mean: the difference below loses little
    }
    for (int i = 0; i < values.length; i += channels) {
      for (int c = 0; c < channels; c++) {
        double v = values[i + c] - origin[c];
        sums[c] += v;
        squares[c] += v * v;
      }
    }
    pixels += values.length / channels;
  }

  /** The group norm of all that was added. */
  ChannelNorm norm(float eps, float[] gamma, float[] beta) {
    float[] mean = new float[sums.length];
    float[] factor = new float[sums.length];
    for (int first = 0; first < sums.length; first += size()) {
      double sum = 0;
      double square = 0;
      for (int c = first; c < first + size(); c++) {
        sum += sums[c];
        square += squares[c];
      }
      double n = (double) pixels * size();
      double m = sum / n;
      double deviation = Math.sqrt(Math.max(0, square / n - m * m) + eps);
      for (int c = first; c < first + size(); c++) {
        mean[c] = (float) (origin[c] + m);
        factor[c] = (float) (gamma[c] / deviation);
      }
    }
    return new ChannelNorm(mean, factor, beta);
  }
}
