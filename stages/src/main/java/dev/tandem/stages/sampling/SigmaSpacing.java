package dev.tandem.stages.sampling;

import java.util.ArrayList;
import java.util.List;

/** How a run's noise levels lie between the largest and the smallest one. */
enum SigmaSpacing {
  /** Where the timesteps put them. */
  TIMESTEPS("", ""),
  /** Evenly in sigma^(1/7) (Karras et al. 2022, eq. 5). */
  KARRAS("use_karras_sigmas", "karras"),
  /** Evenly in log sigma. */
  EXPONENTIAL("use_exponential_sigmas", "exponential"),
  /** By the quantiles of a Beta(0.6, 0.6) distribution (Lee et al. 2024). */
  BETA("use_beta_sigmas", "beta"),
  /** Evenly in log-SNR (Lu et al. 2022); other timesteps than {@link #EXPONENTIAL}. */
  LU("use_lu_lambdas", "lu");

  private static final double RHO = 7;
  private static final double BETA_SHAPE = 0.6;

  private final String key;
  private final String suffix;

  SigmaSpacing(String key, String suffix) {
    this.key = key;
    this.suffix = suffix;
  }

  /** The switch of scheduler_config.json that selects this spacing. */
  String key() {
    return key;
  }

  /** What is appended to a sampler's name; empty for {@link #TIMESTEPS}. */
  String suffix() {
    return suffix;
  }

  /**
   * The spacing that a config switches on.
   *
   * @throws IllegalArgumentException when it switches on two
   */
  static SigmaSpacing of(SchedulerConfig config) {
    List<SigmaSpacing> chosen = new ArrayList<>();
    for (SigmaSpacing spacing : values()) {
      if (spacing != TIMESTEPS && config.flag(spacing.key, false)) {
        chosen.add(spacing);
      }
    }
    if (chosen.size() > 1) {
      throw config.refused(chosen.get(1).key, "so is " + chosen.get(0).key + ", choose one");
    }
    return chosen.isEmpty() ? TIMESTEPS : chosen.get(0);
  }

  /** The noise levels of a run, largest first. */
  double[] between(double largest, double smallest, int steps) {
    return switch (this) {
      case TIMESTEPS -> throw new IllegalStateException("the timesteps give the noise levels");
      case KARRAS -> karras(largest, smallest, steps);
      case EXPONENTIAL, LU -> exponential(Math.log(largest), Math.log(smallest), steps);
      case BETA -> beta(largest, smallest, steps);
    };
  }

  static double[] exponential(double logLargest, double logSmallest, int steps) {
    double[] sigmas = TimestepSpacing.evenly(logLargest, logSmallest, steps);
    for (int i = 0; i < steps; i++) {
      sigmas[i] = Math.exp(sigmas[i]);
    }
    return sigmas;
  }

  private static double[] karras(double largest, double smallest, int steps) {
    double[] ramp = TimestepSpacing.evenly(0, 1, steps);
    double first = Math.pow(largest, 1 / RHO);
    double last = Math.pow(smallest, 1 / RHO);
    for (int i = 0; i < steps; i++) {
      ramp[i] = Math.pow(first + ramp[i] * (last - first), RHO);
    }
    return ramp;
  }

  private static double[] beta(double largest, double smallest, int steps) {
    double[] ramp = TimestepSpacing.evenly(0, 1, steps);
    for (int i = 0; i < steps; i++) {
      double quantile = BetaDistribution.quantile(1 - ramp[i], BETA_SHAPE, BETA_SHAPE);
      ramp[i] = smallest + quantile * (largest - smallest);
    }
    return ramp;
  }
}
