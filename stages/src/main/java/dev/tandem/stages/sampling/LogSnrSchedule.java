package dev.tandem.stages.sampling;

import java.util.Arrays;

/**
 * The noise levels of the samplers that step in log-SNR: DPM-Solver and UniPC (diffusers {@code
 * set_timesteps} of those classes). The model is asked at whole timesteps.
 */
final class LogSnrSchedule {
  /** What differs between the classes. */
  enum Family {
    MULTISTEP,
    SINGLESTEP,
    UNIPC
  }

  private LogSnrSchedule() {}

  static SigmaSchedule of(SchedulerConfig config, Family family, int steps) {
    SigmaTable table = new SigmaTable(NoiseSchedule.of(config).withFiniteSigmas());
    return of(config, table, family, steps);
  }

  static SigmaSchedule of(SchedulerConfig config, SigmaTable table, Family family, int steps) {
    config.requireOff("use_flow_sigmas", "use_dynamic_shifting");
    SigmaSpacing spacing = SigmaSpacing.of(config);
    double[] timesteps = timesteps(config, table, family, steps);
    double[] sigmas;
    double smallest = table.smallest();
    if (spacing == SigmaSpacing.TIMESTEPS) {
      sigmas = table.sigmas(timesteps);
    } else if (spacing == SigmaSpacing.LU) {
      if (family != Family.MULTISTEP) {
        throw config.refused(spacing.key(), "only DPMSolverMultistepScheduler has it");
      }
      sigmas = SigmaSpacing.exponential(table.logLargest(), table.logSmallest(), steps);
      timesteps = whole(config, family, spacing, table.timesteps(sigmas));
    } else {
      sigmas =
          spacing.between(
              config.number("sigma_max", table.largest()),
              config.number("sigma_min", table.smallest()),
              steps);
      timesteps = whole(config, family, spacing, table.timesteps(sigmas));
      if (family == Family.UNIPC) {
        smallest = sigmas[steps - 1];
      }
    }
    return new SigmaSchedule(
        SigmaSchedule.append(sigmas, endsAtZero(config) ? 0 : smallest), timesteps);
  }

  static boolean endsAtZero(SchedulerConfig config) {
    return config.choice("final_sigmas_type", "zero", "zero", "sigma_min").equals("zero");
  }

  private static double[] timesteps(
      SchedulerConfig config, SigmaTable table, Family family, int steps) {
    int all = table.trainingSteps();
    double lambdaMin = config.number("lambda_min_clipped", Double.NEGATIVE_INFINITY);
    int top = family == Family.UNIPC ? all : all - table.noisierThan(lambdaMin);
    TimestepSpacing spacing =
        family == Family.SINGLESTEP
            ? TimestepSpacing.LINSPACE
            : TimestepSpacing.of(config, TimestepSpacing.LINSPACE);
    int offset = config.integer("steps_offset", 0);
    return switch (spacing) {
      case LINSPACE ->
          rounded(
              withoutLast(TimestepSpacing.reversed(TimestepSpacing.evenly(0, top - 1, steps + 1))));
      case LEADING -> withoutLast(TimestepSpacing.leading(top / (steps + 1), steps + 1, offset));
      case TRAILING -> TimestepSpacing.trailing(top, (double) all / steps, steps);
    };
  }

  /** Whole timesteps of chosen noise levels: diffusers rounds some and cuts the others off. */
  private static double[] whole(
      SchedulerConfig config, Family family, SigmaSpacing spacing, double[] timesteps) {
    boolean evenSpacing = spacing == SigmaSpacing.KARRAS || spacing == SigmaSpacing.LU;
    boolean cosine = config.json().path("beta_schedule").asText().equals("squaredcos_cap_v2");
    if (evenSpacing && !(family == Family.MULTISTEP && cosine)) {
      return rounded(timesteps);
    }
    for (int i = 0; i < timesteps.length; i++) {
      timesteps[i] = Math.floor(timesteps[i]);
    }
    return timesteps;
  }

  private static double[] rounded(double[] timesteps) {
    for (int i = 0; i < timesteps.length; i++) {
      timesteps[i] = Math.rint(timesteps[i]);
    }
    return timesteps;
  }

  private static double[] withoutLast(double[] list) {
    return Arrays.copyOf(list, list.length - 1);
  }
}
