package dev.tandem.stages.sampling;

import java.util.List;

/**
 * The steps of DPM-Solver as weights of the sample and of the last outputs m0 (newest), m1, m2
 * (diffusers {@code scheduling_dpmsolver_multistep.py}, {@code ..._singlestep.py}).
 *
 * @param algorithm what is integrated
 * @param middle whether second-order steps take the slope at the middle ({@code solver_type})
 */
record DpmCoefficients(DpmAlgorithm algorithm, boolean middle) {
  static DpmCoefficients of(SchedulerConfig config) {
    String type =
        config.choice("solver_type", "midpoint", "midpoint", "heun", "logrho", "bh1", "bh2");
    return new DpmCoefficients(DpmAlgorithm.of(config), !type.equals("heun"));
  }

  /** From level s to t with the output at s alone: DDIM. */
  LinearStep first(Signal t, Signal s) {
    double h = t.lambda() - s.lambda();
    return step(t, s, h, algorithm.zeroth(t, h));
  }

  /** From level s0 to t with the outputs at s0 and, before it, s1. */
  LinearStep multistepSecond(Signal t, Signal s0, Signal s1) {
    double h = t.lambda() - s0.lambda();
    double r = (s0.lambda() - s1.lambda()) / h;
    double slope = secondOrderSlope(t, h) / r;
    return step(t, s0, h, algorithm.zeroth(t, h) + slope, -slope);
  }

  /** From level s0 to t with three outputs. */
  LinearStep multistepThird(Signal t, Signal s0, Signal s1, Signal s2) {
    double h = t.lambda() - s0.lambda();
    double r0 = (s0.lambda() - s1.lambda()) / h;
    double r1 = (s1.lambda() - s2.lambda()) / h;
    double first = algorithm.first(t, h);
    double bend = (first * r0 + algorithm.second(t, h)) / (r0 + r1);
    double newer = (first + bend) / r0;
    double older = -bend / r1;
    return step(t, s0, h, algorithm.zeroth(t, h) + newer, older - newer, -older);
  }

  /** From level s1, over s0, to t. */
  LinearStep singlestepSecond(Signal t, Signal s0, Signal s1) {
    double h = t.lambda() - s1.lambda();
    double r = (s0.lambda() - s1.lambda()) / h;
    double slope = secondOrderSlope(t, h) / r;
    return step(t, s1, h, slope, algorithm.zeroth(t, h) - slope);
  }

  /** From level s2, over s1 and s0, to t. */
  LinearStep singlestepThird(Signal t, Signal s0, Signal s1, Signal s2) {
    double h = t.lambda() - s2.lambda();
    double r0 = (s0.lambda() - s2.lambda()) / h;
    double r1 = (s1.lambda() - s2.lambda()) / h;
    double slope = algorithm.first(t, h);
    double near = 0;
    double far = slope;
    if (!middle) {
      double curvature = 2 * algorithm.second(t, h);
      near = (slope * r0 - curvature) / (r0 - r1);
      far = (curvature - slope * r1) / (r0 - r1);
    }
    double m0 = far / r0;
    double m1 = near / r1;
    return step(t, s2, h, m0, m1, algorithm.zeroth(t, h) - m0 - m1);
  }

  private double secondOrderSlope(Signal t, double h) {
    return middle ? algorithm.firstAtMiddle(t, h) : algorithm.first(t, h);
  }

  private LinearStep step(Signal t, Signal s, double h, Double... outputs) {
    return new LinearStep(algorithm.sample(t, s, h), List.of(outputs), algorithm.noise(t, h));
  }
}
