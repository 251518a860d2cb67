package dev.tandem.lab;

import java.util.Arrays;

/**
 * How long the steps of a picture took, the sampler's arithmetic included.
 *
 * @param median of a step, s; NaN where it was not recorded
 * @param all of all steps together, s; likewise
 * @param runs of graphs on the device meanwhile; 0 where they were not counted
 */
public record StepTimes(double median, double all, int runs) {
  /** Of a picture whose steps were not timed. */
  static final StepTimes NONE = new StepTimes(Double.NaN, Double.NaN, 0);

  /**
   * Of some steps.
   *
   * @param steps ns each
   */
  static StepTimes of(long[] steps, int runs) {
    if (steps.length == 0) {
      return NONE;
    }
    double[] seconds = Arrays.stream(steps).mapToDouble(ns -> ns / 1e9).toArray();
    return new StepTimes(Intervals.median(seconds).value(), Arrays.stream(seconds).sum(), runs);
  }
}
