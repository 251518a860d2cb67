package dev.tandem.lab;

import dev.tandem.orchestrator.measure.Median;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/**
 * 95% intervals for each kind of figure, all of which keep their level with 8 pairs. {@code
 * docs/decisions/040-lab-statistics.md} says why these.
 */
final class Intervals {
  /** With fewer pairs there is no interval. */
  static final int LEAST_PAIRS = 8;

  private static final double LEVEL = 0.95;
  private static final double TAIL = (1 - LEVEL) / 2;
  private static final double NORMAL_QUANTILE = 1.959963984540054;
  private static final int BISECTIONS = 60;

  private Intervals() {}

  /**
   * The median and the values that lie so far out on both sides that they enclose it with at least
   * the level, whatever the distribution (the interval that belongs to the sign test).
   */
  static Interval median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    double median = Median.of(Arrays.stream(values).boxed().toList()).median();
    if (n < LEAST_PAIRS) {
      return Interval.alone(median);
    }
    int out = 0;
    while (Binomial.atMost(out, n, 0.5) <= TAIL) {
      out++;
    }
    // at least one value lies outside: 2 / 2^8 is below the tails
    return new Interval(median, sorted[out - 1], sorted[n - out]);
  }

  /**
   * A share with its exact interval (Clopper and Pearson 1934).
   *
   * @param values 0 or 1 each
   */
  static Interval share(double[] values) {
    int n = values.length;
    int ones = (int) Math.round(Arrays.stream(values).sum());
    double share = (double) ones / n;
    if (n < LEAST_PAIRS) {
      return Interval.alone(share);
    }
    double low = 0;
    double high = 1;
    if (ones > 0) {
      low = edge(p -> 1 - Binomial.atMost(ones - 1, n, p) > TAIL);
    }
    if (ones < n) {
      high = edge(p -> Binomial.atMost(ones, n, p) <= TAIL);
    }
    return new Interval(share, low, high);
  }

  private static double edge(java.util.function.DoublePredicate above) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (low + high) / 2;
      if (above.test(middle)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  /**
   * The difference of two shares of the same pairs, with the adjusted Wald interval of Bonett and
   * Price (2012): one pair of each kind of disagreement is added.
   *
   * @param a 0 or 1 for each pair
   * @param b likewise
   */
  static Interval shareDifference(double[] a, double[] b) {
    int n = a.length;
    double more = 0;
    double less = 0;
    for (int i = 0; i < n; i++) {
      more += a[i] > b[i] ? 1 : 0;
      less += a[i] < b[i] ? 1 : 0;
    }
    double value = (more - less) / n;
    if (n < LEAST_PAIRS) {
      return Interval.alone(value);
    }
    double p = (more + 1) / (n + 2);
    double q = (less + 1) / (n + 2);
    double half = NORMAL_QUANTILE * Math.sqrt((p + q - (p - q) * (p - q)) / (n + 2));
    return new Interval(value, Math.max(-1, p - q - half), Math.min(1, p - q + half));
  }

  /**
   * A figure of all pairs at once, with the t interval from the jackknife's standard error (Tukey
   * 1958): by how much the figure changes when each pair is left out.
   *
   * @param statistic of the pairs of these numbers
   */
  static Interval jackknife(int pairs, ToDoubleFunction<int[]> statistic) {
    int[] all = new int[pairs];
    Arrays.setAll(all, i -> i);
    double value = statistic.applyAsDouble(all);
    if (pairs < LEAST_PAIRS) {
      return Interval.alone(value);
    }
    double[] without = new double[pairs];
    for (int out = 0; out < pairs; out++) {
      int left = out;
      int[] rest = Arrays.stream(all).filter(i -> i != left).toArray();
      without[out] = statistic.applyAsDouble(rest);
    }
    double mean = Arrays.stream(without).average().orElseThrow();
    double squares = Arrays.stream(without).map(w -> (w - mean) * (w - mean)).sum();
    double error = Math.sqrt(squares * (pairs - 1) / pairs);
    double half = StudentT.quantile(1 - TAIL, pairs - 1) * error;
    return new Interval(value, value - half, value + half);
  }
}
