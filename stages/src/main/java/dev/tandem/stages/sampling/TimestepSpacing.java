package dev.tandem.stages.sampling;

import java.util.Arrays;

/**
 * Which of the training steps a run visits (Lin et al. 2023, table 2; diffusers {@code
 * set_timesteps}). All lists run from the noisiest step down.
 */
public enum TimestepSpacing {
  /** Multiples of {@code trainingSteps / steps}, plus steps_offset. */
  LEADING("leading"),
  /** From the last training step down in equal gaps. */
  TRAILING("trailing"),
  /** From the last training step to step 0, both included. */
  LINSPACE("linspace");

  private final String key;

  TimestepSpacing(String key) {
    this.key = key;
  }

  static TimestepSpacing of(SchedulerConfig config, TimestepSpacing missing) {
    String key =
        config.choice("timestep_spacing", missing.key, LEADING.key, TRAILING.key, LINSPACE.key);
    return Arrays.stream(values()).filter(s -> s.key.equals(key)).findFirst().orElseThrow();
  }

  /**
   * The timesteps in double, not rounded where the spacing is {@link #LINSPACE}.
   *
   * @param trainingSteps how many steps the model was trained on
   * @param steps how many to visit, at least 1
   * @param offset added to leading timesteps ({@code steps_offset})
   */
  double[] timesteps(int trainingSteps, int steps, int offset) {
    return switch (this) {
      case LEADING ->
          // A run over all training steps visits each of them: there is no room for an offset.
          leading(trainingSteps / steps, steps, steps == trainingSteps ? 0 : offset);
      case TRAILING -> trailing(trainingSteps, (double) trainingSteps / steps, steps);
      case LINSPACE -> reversed(evenly(0, trainingSteps - 1, steps));
    };
  }

  /** The same, rounded half to even. */
  int[] wholeTimesteps(int trainingSteps, int steps, int offset) {
    return round(timesteps(trainingSteps, steps, offset));
  }

  /** The timesteps {@code (steps - 1) * gap + offset, ..., gap + offset, offset}. */
  static double[] leading(int gap, int steps, int offset) {
    double[] list = new double[steps];
    for (int i = 0; i < steps; i++) {
      list[i] = (double) (steps - 1 - i) * gap + offset;
    }
    return list;
  }

  /**
   * The timesteps {@code top - 1, top - gap - 1, ...}, rounded, while they are positive before the
   * subtraction. Where the gaps' rounding leaves room for one more step than asked for, diffusers
   * appends the timestep -1; here the list ends after {@code steps}.
   */
  static double[] trailing(int top, double gap, int steps) {
    int fitting = Math.min(steps, (int) Math.ceil(top / gap));
    double[] list = new double[fitting];
    double exactGap = top - (top - gap);
    for (int i = 0; i < fitting; i++) {
      list[i] = Math.rint(top - i * exactGap) - 1;
    }
    return list;
  }

  /** numpy.linspace: {@code count} values from {@code first} to {@code last}, both included. */
  static double[] evenly(double first, double last, int count) {
    double[] list = new double[count];
    double gap = (last - first) / (count - 1);
    for (int i = 0; i < count; i++) {
      list[i] = i == 0 ? first : i == count - 1 ? last : i * gap + first;
    }
    return list;
  }

  static double[] reversed(double[] list) {
    double[] reversed = new double[list.length];
    for (int i = 0; i < list.length; i++) {
      reversed[i] = list[list.length - 1 - i];
    }
    return reversed;
  }

  static int[] round(double[] list) {
    return Arrays.stream(list).mapToInt(t -> (int) Math.rint(t)).toArray();
  }
}
