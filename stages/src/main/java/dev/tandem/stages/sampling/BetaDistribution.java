package dev.tandem.stages.sampling;

/** The Beta(a, b) distribution on 0 to 1, for {@link SigmaSpacing#BETA}. */
final class BetaDistribution {
  private static final double TINY = 1e-300;
  private static final int MOST_TERMS = 1000;

  private BetaDistribution() {}

  /** The x below which a share p of the distribution lies, by bisection. */
  static double quantile(double p, double a, double b) {
    if (p <= 0) {
      return 0;
    }
    if (p >= 1) {
      return 1;
    }
    double low = 0;
    double high = 1;
    double middle = 0.5;
    while (low < middle && middle < high) {
      if (cumulative(middle, a, b) < p) {
        low = middle;
      } else {
        high = middle;
      }
      middle = (low + high) / 2;
    }
    return middle;
  }

  /** The share of the distribution that lies below x: the regularised incomplete beta function. */
  static double cumulative(double x, double a, double b) {
    if (x > (a + 1) / (a + b + 2)) {
      return 1 - cumulative(1 - x, b, a);
    }
    double logFront =
        a * Math.log(x) + b * Math.log1p(-x) - logGamma(a) - logGamma(b) + logGamma(a + b);
    return Math.exp(logFront) / a * continuedFraction(x, a, b);
  }

  /** Lentz's method on DLMF 8.17.22. */
  private static double continuedFraction(double x, double a, double b) {
    double c = 1;
    double d = 1 / nonZero(1 - (a + b) * x / (a + 1));
    double value = d;
    for (int m = 1; m <= MOST_TERMS; m++) {
      double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
      d = 1 / nonZero(1 + even * d);
      c = nonZero(1 + even / c);
      value *= d * c;
      double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
      d = 1 / nonZero(1 + odd * d);
      c = nonZero(1 + odd / c);
      value *= d * c;
      if (Math.abs(d * c - 1) < 1e-16) {
        break;
      }
    }
    return value;
  }

  private static double nonZero(double value) {
    return Math.abs(value) < TINY ? TINY : value;
  }

  /** Stirling's series (DLMF 5.11.1) at x + 10, brought down by the recurrence. */
  static double logGamma(double x) {
    double shift = 0;
    double z = x;
    while (z < x + 10) {
      shift += Math.log(z);
      z++;
    }
    double square = z * z;
    double series =
        (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1.0 / (1680 * square)) / square) / square) / z;
    return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
  }
}
