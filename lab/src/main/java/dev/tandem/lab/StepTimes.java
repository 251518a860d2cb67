package dev.tandem.lab;

import java.util.Arrays;

/**
 * How long the steps of a picture took, the sampler's arithmetic included.
 *
 * @param median of a step, s; NaN where it was not recorded
 * @param all of all steps together, s; likewise
 */
public record StepTimes(double median, double all) {
  /** Of a picture whose steps were not timed. */
  static final StepTimes NONE = new StepTimes(Double.NaN, Double.NaN);

  /** Of steps in ns. */
  static StepTimes of(long[] steps) {
    if (steps.length == 0) {
      return NONE;
    }
    double[] seconds = Arrays.stream(steps).mapToDouble(ns -> ns / 1e9).toArray();
    return new StepTimes(Intervals.median(seconds).value(), Arrays.stream(seconds).sum());
  }
}
