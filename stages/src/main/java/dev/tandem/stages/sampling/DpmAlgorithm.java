package dev.tandem.stages.sampling;

/**
 * The four exponential integrators of the DPM-Solver family. With {@code h} the step in log-SNR
 * {@code lambda = log(alpha / sigma)}, a step is
 *
 * <pre>
 *   x_t = sample x_s + zeroth D0 + first D1 + second D2 + noise z
 * </pre>
 *
 * where D0, D1 and D2 are the model's value, slope and curvature in units of h.
 */
enum DpmAlgorithm {
  /** DPM-Solver (Lu et al. 2022, eq. 3.7): the model's noise is interpolated. */
  NOISE("dpmsolver", false, false),
  /** DPM-Solver++ (Lu et al. 2022b, eq. 9): the model's clean latent is interpolated. */
  CLEAN("dpmsolver++", true, false),
  /** SDE-DPM-Solver (Lu et al. 2022b, eq. 17). */
  SDE_NOISE("sde-dpmsolver", false, true),
  /** SDE-DPM-Solver++ (Lu et al. 2022b, eq. 18). */
  SDE_CLEAN("sde-dpmsolver++", true, true);

  private final String key;
  private final boolean clean;
  private final boolean stochastic;

  DpmAlgorithm(String key, boolean clean, boolean stochastic) {
    this.key = key;
    this.clean = clean;
    this.stochastic = stochastic;
  }

  /** Reads algorithm_type; DEIS' value stands for the default, as in diffusers. */
  static DpmAlgorithm of(SchedulerConfig config) {
    String key =
        config.choice(
            "algorithm_type",
            CLEAN.key,
            CLEAN.key,
            SDE_CLEAN.key,
            NOISE.key,
            SDE_NOISE.key,
            "deis");
    for (DpmAlgorithm algorithm : values()) {
      if (algorithm.key.equals(key)) {
        return algorithm;
      }
    }
    return CLEAN;
  }

  static DpmAlgorithm of(boolean clean, boolean stochastic) {
    if (stochastic) {
      return clean ? SDE_CLEAN : SDE_NOISE;
    }
    return clean ? CLEAN : NOISE;
  }

  String key() {
    return key;
  }

  /** Whether the clean latent is interpolated, not the noise. */
  boolean usesCleanLatent() {
    return clean;
  }

  boolean isStochastic() {
    return stochastic;
  }

  /** What D0 counts. */
  double zeroth(Signal t, double h) {
    return switch (this) {
      case CLEAN -> -t.alpha() * Math.expm1(-h);
      case NOISE -> -t.sigma() * Math.expm1(h);
      case SDE_CLEAN -> -t.alpha() * Math.expm1(-2 * h);
      case SDE_NOISE -> -2 * t.sigma() * Math.expm1(h);
    };
  }

  /** What D1 counts when the slope is taken at the middle of the step. */
  double firstAtMiddle(Signal t, double h) {
    return 0.5 * zeroth(t, h);
  }

  /** What D1 counts when the slope is integrated over the step. */
  double first(Signal t, double h) {
    return switch (this) {
      case CLEAN -> t.alpha() * (Math.expm1(-h) / h + 1);
      case NOISE -> -t.sigma() * (Math.expm1(h) / h - 1);
      case SDE_CLEAN -> t.alpha() * (Math.expm1(-2 * h) / (2 * h) + 1);
      case SDE_NOISE -> -2 * t.sigma() * (Math.expm1(h) / h - 1);
    };
  }

  /** What D2 counts; diffusers lacks a factor here, which costs the third order. */
  double second(Signal t, double h) {
    return switch (this) {
      case CLEAN -> -t.alpha() * ((Math.expm1(-h) + h) / (h * h) - 0.5);
      case NOISE -> -t.sigma() * ((Math.expm1(h) - h) / (h * h) - 0.5);
      case SDE_CLEAN -> -t.alpha() * ((Math.expm1(-2 * h) + 2 * h) / (4 * h * h) + 0.5);
      case SDE_NOISE -> throw new IllegalArgumentException("sde-dpmsolver has no third order");
    };
  }

  /** What the sample counts. */
  double sample(Signal t, Signal s, double h) {
    return switch (this) {
      case CLEAN -> t.sigma() / s.sigma();
      case NOISE, SDE_NOISE -> t.alpha() / s.alpha();
      case SDE_CLEAN -> t.sigma() / s.sigma() * Math.exp(-h);
    };
  }

  /** What fresh noise counts. */
  double noise(Signal t, double h) {
    return switch (this) {
      case CLEAN, NOISE -> 0;
      case SDE_CLEAN -> t.sigma() * Math.sqrt(-Math.expm1(-2 * h));
      case SDE_NOISE -> t.sigma() * Math.sqrt(Math.expm1(2 * h));
    };
  }
}
