package dev.tandem.lab;

/** Student's t distribution. */
final class StudentT {
  private static final int BISECTIONS = 80;
  private static final double MOST = 1e6;

  private StudentT() {}

  /**
   * The value that is not exceeded with a probability.
   *
   * @param probability above 0.5 and below 1
   * @param freedom degrees of freedom, at least 1
   */
  static double quantile(double probability, int freedom) {
    double low = 0;
    double high = MOST;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (low + high) / 2;
      if (within(middle, freedom) < 2 * probability - 1) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /** Probability of lying between -t and t (Abramowitz and Stegun, 26.7.3 and 26.7.4). */
  private static double within(double t, int freedom) {
    double angle = Math.atan(t / Math.sqrt(freedom));
    double cosine2 = Math.pow(Math.cos(angle), 2);
    boolean odd = freedom % 2 == 1;
    double term = odd ? Math.cos(angle) : 1;
    double sum = freedom == 1 ? 0 : term;
    for (int k = odd ? 3 : 2; k < freedom; k += 2) {
      term *= cosine2 * (k - 1) / k;
      sum += term;
    }
    return odd ? 2 / Math.PI * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  }
}
