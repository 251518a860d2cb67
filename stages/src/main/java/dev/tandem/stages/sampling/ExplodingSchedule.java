package dev.tandem.stages.sampling;

import java.util.Arrays;

/**
 * The noise levels of the samplers that let the variance explode, {@code x = x0 + sigma epsilon}:
 * Euler, Euler ancestral, Heun, LMS (diffusers {@code set_timesteps} of those classes). The model
 * is asked at fractional timesteps and sees {@code x / sqrt(sigma^2 + 1)}.
 */
final class ExplodingSchedule {
  private ExplodingSchedule() {}

  static SigmaSchedule of(SchedulerConfig config, int steps) {
    SigmaTable table = new SigmaTable(NoiseSchedule.of(config).withFiniteSigmas());
    return of(config, table, steps);
  }

  static SigmaSchedule of(SchedulerConfig config, SigmaTable table, int steps) {
    config.requireOff("use_flow_sigmas", "use_lu_lambdas");
    double[] timesteps =
        spacing(config).timesteps(table.trainingSteps(), steps, config.integer("steps_offset", 0));
    timesteps = Arrays.stream(timesteps).map(t -> (float) t).toArray();
    double[] sigmas = sigmas(config, table, timesteps);
    SigmaSpacing spacing = SigmaSpacing.of(config);
    if (spacing != SigmaSpacing.TIMESTEPS) {
      sigmas =
          spacing.between(
              config.number("sigma_max", sigmas[0]),
              config.number("sigma_min", sigmas[sigmas.length - 1]),
              timesteps.length);
      timesteps = table.timesteps(sigmas);
    }
    if (sigmas.length == timesteps.length) {
      sigmas = SigmaSchedule.append(sigmas, finalSigma(config, table));
    }
    boolean continuous =
        config.choice("timestep_type", "discrete", "discrete", "continuous").equals("continuous");
    if (continuous && config.predictionType() == PredictionType.V) {
      for (int i = 0; i < timesteps.length; i++) {
        timesteps[i] = 0.25 * Math.log(sigmas[i]);
      }
    }
    return new SigmaSchedule(sigmas, timesteps);
  }

  /** Whether the first sample is meant to hold signal besides noise. */
  static boolean startsWithSignal(SchedulerConfig config) {
    return spacing(config) == TimestepSpacing.LEADING;
  }

  private static TimestepSpacing spacing(SchedulerConfig config) {
    return TimestepSpacing.of(config, TimestepSpacing.LINSPACE);
  }

  /**
   * The noise levels at the timesteps. Where they are to be spaced evenly in log sigma, diffusers
   * makes one more, at which the run then ends instead of 0.
   */
  private static double[] sigmas(SchedulerConfig config, SigmaTable table, double[] timesteps) {
    String kind = config.choice("interpolation_type", "linear", "linear", "log_linear");
    return kind.equals("linear")
        ? table.sigmas(timesteps)
        : SigmaSpacing.exponential(table.logLargest(), table.logSmallest(), timesteps.length + 1);
  }

  private static double finalSigma(SchedulerConfig config, SigmaTable table) {
    return config.choice("final_sigmas_type", "zero", "zero", "sigma_min").equals("zero")
        ? 0
        : table.smallest();
  }
}
