package dev.tandem.stages.sampling;

/**
 * A one-dimensional data distribution whose denoiser is known exactly: a mixture of two normal
 * distributions of weight 1/2. Under noise of level sigma it stays a mixture, with both variances
 * raised by sigma squared.
 */
record GaussianMixture(double firstMean, double secondMean, double deviation) {
  /** E[x0 | x] where x = x0 + sigma epsilon: what a perfect model says. */
  double cleanMean(double x, double sigma) {
    double variance = deviation * deviation + sigma * sigma;
    double first = posterior(x, firstMean, variance, sigma);
    double second = posterior(x, secondMean, variance, sigma);
    double logOdds =
        ((x - secondMean) * (x - secondMean) - (x - firstMean) * (x - firstMean)) / (2 * variance);
    double weight = 1 / (1 + Math.exp(-logOdds));
    return weight * first + (1 - weight) * second;
  }

  private double posterior(double x, double mean, double variance, double sigma) {
    return (deviation * deviation * x + sigma * sigma * mean) / variance;
  }

  double mean() {
    return (firstMean + secondMean) / 2;
  }

  double variance() {
    double half = (firstMean - secondMean) / 2;
    return deviation * deviation + half * half;
  }

  /** What a perfect model of a prediction type answers where x = alpha x0 + noise epsilon. */
  double answer(PredictionType type, double x, double alpha, double noise) {
    double clean = cleanMean(x / alpha, noise / alpha);
    double epsilon = (x - alpha * clean) / noise;
    return switch (type) {
      case EPSILON -> epsilon;
      case V -> (alpha * epsilon - noise * clean) / Math.sqrt(alpha * alpha + noise * noise);
      case SAMPLE -> clean;
    };
  }

  /**
   * Solves dx/dsigma = (x - E[x0 | x]) / sigma (Karras et al. 2022, eq. 1) with the classical
   * Runge-Kutta method in log sigma, in double; its error at 20,000 steps is below 1e-12.
   */
  double flow(double x, double from, double to) {
    int steps = 20_000;
    double gap = Math.log(to / from) / steps;
    double value = x;
    for (int i = 0; i < steps; i++) {
      double log = Math.log(from) + i * gap;
      double k1 = slope(value, log);
      double k2 = slope(value + gap / 2 * k1, log + gap / 2);
      double k3 = slope(value + gap / 2 * k2, log + gap / 2);
      double k4 = slope(value + gap * k3, log + gap);
      value += gap / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    return value;
  }

  private double slope(double x, double logSigma) {
    return x - cleanMean(x, Math.exp(logSigma));
  }
}
