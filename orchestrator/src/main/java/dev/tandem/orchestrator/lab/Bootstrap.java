package dev.tandem.orchestrator.lab;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Percentile bootstrap over pairs (Efron 1979): draws pairs with replacement and looks where the
 * middle 95% of a statistic lie. All statistics of a lab see the same draws, so those of two
 * settings are paired.
 */
final class Bootstrap {
  /** With fewer pairs the interval would be far too narrow, so none is given. */
  static final int LEAST_PAIRS = 8;

  private static final int DRAWS = 1000;
  private static final long SEED = 20240;

  private final int[][] draws;
  private final int pairs;

  Bootstrap(int pairs) {
    this.pairs = pairs;
    SplittableRandom random = new SplittableRandom(SEED);
    draws = pairs < LEAST_PAIRS ? new int[0][] : new int[DRAWS][pairs];
    for (int[] draw : draws) {
      Arrays.setAll(draw, i -> random.nextInt(pairs));
    }
  }

  /** The statistic of all pairs, and its interval. */
  Interval of(ToDoubleFunction<int[]> statistic) {
    int[] all = new int[pairs];
    Arrays.setAll(all, i -> i);
    double value = statistic.applyAsDouble(all);
    if (draws.length == 0) {
      return Interval.alone(value);
    }
    double[] sorted = Arrays.stream(draws).mapToDouble(statistic).sorted().toArray();
    return new Interval(value, quantile(sorted, 0.025), quantile(sorted, 0.975));
  }

  /** The mean of a value that each pair has. */
  Interval mean(double[] values) {
    return of(chosen -> meanOf(values, chosen));
  }

  static double meanOf(double[] values, int[] chosen) {
    return Arrays.stream(chosen).mapToDouble(i -> values[i]).average().orElseThrow();
  }

  private static double quantile(double[] sorted, double q) {
    return sorted[(int) Math.round(q * (sorted.length - 1))];
  }
}
