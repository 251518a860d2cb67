package dev.tandem.stages.sampling;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * How much noise each training step adds: beta of step t. All formulas are worked out as diffusers
 * and torch do it, because every rounding of a beta is carried through a cumulative product of a
 * thousand factors (diffusers {@code scheduling_ddpm.py}).
 */
enum BetaSchedule {
  /** Evenly spaced (Ho et al. 2020). */
  LINEAR("linear"),
  /** Squares of evenly spaced roots (Rombach et al. 2022). */
  SCALED_LINEAR("scaled_linear"),
  /** From the squared cosine of the cumulative product (Nichol and Dhariwal 2021, eq. 17). */
  COSINE("squaredcos_cap_v2"),
  /** From a cumulative product of exp(-12 t). */
  EXPONENTIAL("exp"),
  /** From a Laplace density of log-SNR (Hang et al. 2024). */
  LAPLACE("laplace"),
  /** A logistic curve between the two ends (Xu et al. 2022, GeoDiff). */
  SIGMOID("sigmoid");

  private static final double LARGEST_BETA = 0.999;

  private final String key;

  BetaSchedule(String key) {
    this.key = key;
  }

  /** The schedule with a name of scheduler_config.json. */
  static BetaSchedule of(SchedulerConfig config, BetaSchedule missing) {
    String[] keys = Arrays.stream(values()).map(schedule -> schedule.key).toArray(String[]::new);
    String key = config.choice("beta_schedule", missing.key, keys);
    return values()[Arrays.asList(keys).indexOf(key)];
  }

  /** The betas of all training steps. */
  float[] betas(double start, double end, int steps) {
    return switch (this) {
      case LINEAR -> linspace(start, end, steps);
      case SCALED_LINEAR -> squares(linspace(Math.sqrt(start), Math.sqrt(end), steps));
      case COSINE -> fromCumulative(BetaSchedule::cosine, steps);
      case EXPONENTIAL -> fromCumulative(t -> Math.exp(-12 * t), steps);
      case LAPLACE -> fromCumulative(BetaSchedule::laplace, steps);
      case SIGMOID -> sigmoid(start, end, steps);
    };
  }

  /** torch.linspace in float: from both ends towards the middle, with fused multiply-add. */
  private static float[] linspace(double start, double end, int steps) {
    float[] values = new float[steps];
    float first = (float) start;
    float last = (float) end;
    float gap = steps > 1 ? (last - first) / (steps - 1) : 0;
    for (int i = 0; i < steps; i++) {
      values[i] =
          i < steps / 2 || steps == 1
              ? Math.fma(gap, (float) i, first)
              : Math.fma(-gap, (float) (steps - 1 - i), last);
    }
    return values;
  }

  private static float[] squares(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= values[i];
    }
    return values;
  }

  private static float[] fromCumulative(DoubleUnaryOperator cumulative, int steps) {
    float[] betas = new float[steps];
    for (int i = 0; i < steps; i++) {
      double before = cumulative.applyAsDouble((double) i / steps);
      double after = cumulative.applyAsDouble((double) (i + 1) / steps);
      betas[i] = (float) Math.min(1 - after / before, LARGEST_BETA);
    }
    return betas;
  }

  private static double cosine(double t) {
    double root = Math.cos((t + 0.008) / 1.008 * Math.PI / 2);
    return root * root;
  }

  private static double laplace(double t) {
    double side = Math.copySign(1, 0.5 - t);
    double logSnr = -0.5 * side * Math.log(1 - 2 * Math.abs(0.5 - t) + 1e-6);
    double snr = Math.exp(logSnr);
    return Math.sqrt(snr / (1 + snr));
  }

  private static float[] sigmoid(double start, double end, int steps) {
    float[] betas = linspace(-6, 6, steps);
    for (int i = 0; i < steps; i++) {
      float curve = (float) (1 / (1 + Math.exp(-betas[i])));
      betas[i] = curve * (float) (end - start) + (float) start;
    }
    return betas;
  }
}
