package dev.tandem.lab;

/** The binomial distribution. */
final class Binomial {
  private Binomial() {}

  /**
   * Probability of at most so many successes.
   *
   * @param p of each success, 0 to 1
   */
  static double atMost(int successes, int trials, double p) {
    if (p <= 0 || successes >= trials) {
      return 1;
    }
    if (p >= 1) {
      return 0;
    }
    double logTerm = trials * Math.log1p(-p);
    double logOdds = Math.log(p) - Math.log1p(-p);
    double sum = Math.exp(logTerm);
    for (int k = 1; k <= successes; k++) {
      logTerm += Math.log((double) (trials - k + 1) / k) + logOdds;
      sum += Math.exp(logTerm);
    }
    return Math.min(1, sum);
  }
}
