package dev.tandem.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where values lie between the ends of an axis, and which of them are named. */
final class Scale {
  private static final int MOST_TICKS = 12;
  private static final double LEAST = 1e-6;
  private static final double LARGEST = 1e15;
  private static final double ROOM = 0.12;
  private static final double LOG_ROOM = 1.3;

  private final boolean logarithmic;
  private final double low;
  private final double high;

  /**
   * Holds both values, with some room.
   *
   * @param low smallest value
   * @param high largest value
   */
  Scale(boolean logarithmic, double low, double high) {
    this.logarithmic = logarithmic;
    if (logarithmic) { // which has no 0
      this.low = Math.max(LEAST, low) / LOG_ROOM;
      this.high = Math.max(LEAST, high) * LOG_ROOM;
    } else {
      double room = Math.max(1e-6, (high - low) * ROOM);
      this.low = low - room;
      this.high = high + room;
    }
  }

  /** Where a value lies: 0 at the low end, 1 at the high one. */
  double share(double value) {
    return logarithmic
        ? Math.log(Math.max(LEAST, value) / low) / Math.log(high / low)
        : (value - low) / (high - low);
  }

  List<Double> ticks() {
    return logarithmic ? decades() : steps();
  }

  private List<Double> decades() {
    List<Double> ticks = new ArrayList<>();
    for (double decade = LEAST; decade < LARGEST; decade *= 10) {
      for (int digit : new int[] {1, 2, 5}) {
        double tick = decade * digit;
        if (tick >= low && tick <= high) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  private List<Double> steps() {
    double step = step();
    double first = Math.ceil(low / step) * step;
    List<Double> ticks = new ArrayList<>();
    for (int i = 0; i <= MOST_TICKS && first + i * step <= high; i++) {
      ticks.add(first + i * step);
    }
    return ticks;
  }

  private double step() {
    double rough = (high - low) / 5;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double digit = rough / power;
    return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
  }

  /** A tick as text. */
  String text(double tick) {
    if (!logarithmic) {
      int decimals = Math.max(0, (int) -Math.floor(Math.log10(step()) + 1e-9));
      return String.format(Locale.ROOT, "%." + decimals + "f", tick);
    }
    return tick >= 1
        ? String.format(Locale.ROOT, "%.0f", tick)
        : String.format(Locale.ROOT, "%.3g", tick).replaceAll("0+$", "");
  }
}
