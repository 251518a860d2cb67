package dev.tandem.lab;

import java.util.Locale;

/**
 * A value with its 95% interval.
 *
 * @param low NaN where there are too few pairs to say
 * @param high likewise
 */
public record Interval(double value, double low, double high) {
  /** Without an interval. */
  static Interval alone(double value) {
    return new Interval(value, Double.NaN, Double.NaN);
  }

  /** Whether there are bounds. */
  public boolean bounded() {
    return !Double.isNaN(low);
  }

  /** Value and bounds with so many decimals. */
  public String text(int decimals) {
    String f = "%." + decimals + "f";
    return bounded()
        ? String.format(Locale.ROOT, f + " [" + f + ", " + f + "]", value, low, high)
        : String.format(Locale.ROOT, f, value);
  }
}
