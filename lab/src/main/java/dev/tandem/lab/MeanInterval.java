package dev.tandem.lab;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * 95% interval of a mean that keeps its level with few values: what covers both Student's t
 * interval, which is exact for values that are normally distributed, and the studentised bootstrap
 * (Efron and Tibshirani 1993, section 12.5), which follows values that are skewed.
 */
final class MeanInterval {
  private static final int DRAWS = 1999;
  private static final long SEED = 20240;
  private static final double TAIL = 0.025;

  private MeanInterval() {}

  /** The mean and its interval; none for fewer than {@link Intervals#LEAST_PAIRS} values. */
  static Interval of(double[] values) {
    double mean = mean(values);
    if (values.length < Intervals.LEAST_PAIRS) {
      return Interval.alone(mean);
    }
    double error = deviation(values, mean) / Math.sqrt(values.length);
    double t = StudentT.quantile(1 - TAIL, values.length - 1);
    double[] ratios = error == 0 ? new double[0] : ratios(values, mean);
    double below = Math.max(t, ratios.length == 0 ? 0 : quantile(ratios, 1 - TAIL));
    double above = Math.max(t, ratios.length == 0 ? 0 : -quantile(ratios, TAIL));
    return new Interval(mean, mean - below * error, mean + above * error);
  }

  /** How many of its standard errors the mean of each draw is off, sorted. */
  private static double[] ratios(double[] values, double mean) {
    SplittableRandom random = new SplittableRandom(SEED);
    double[] ratios = new double[DRAWS];
    double[] draw = new double[values.length];
    int count = 0;
    for (int i = 0; i < DRAWS; i++) {
      Arrays.setAll(draw, j -> values[random.nextInt(values.length)]);
      double drawn = mean(draw);
      double error = deviation(draw, drawn) / Math.sqrt(draw.length);
      if (error > 0) { // a draw of one value over and over says nothing
        ratios[count++] = (drawn - mean) / error;
      }
    }
    double[] sorted = Arrays.copyOf(ratios, count);
    Arrays.sort(sorted);
    return sorted;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private static double deviation(double[] values, double mean) {
    double squares = 0;
    for (double v : values) {
      squares += (v - mean) * (v - mean);
    }
    return Math.sqrt(squares / (values.length - 1));
  }

  private static double quantile(double[] sorted, double q) {
    return sorted[(int) Math.round(q * (sorted.length - 1))];
  }
}
