package dev.tandem.stages.sampling;

/**
 * A noise level as weights of signal and noise with {@code alpha^2 + sigma^2 = 1}, and half its
 * log-SNR {@code lambda = log(alpha / sigma)}.
 */
record Signal(double alpha, double sigma, double lambda) {
  /**
   * @param ratio sigma / alpha; 0 gives an infinite lambda
   */
  static Signal of(double ratio) {
    double alpha = 1 / Math.sqrt(ratio * ratio + 1);
    return new Signal(alpha, ratio * alpha, -Math.log(ratio));
  }
}
