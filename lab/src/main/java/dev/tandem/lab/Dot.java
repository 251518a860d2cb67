package dev.tandem.lab;

import java.util.Map;
import java.util.TreeMap;

/**
 * A point of a chart.
 *
 * @param group whose colour it has
 * @param line which other points it is joined with
 * @param front whether it is on the Pareto front
 * @param label beside it; may be empty
 * @param title what it is, in full
 * @param data what scripts know it by: names of {@code data-} attributes with their values
 */
record Dot(
    String group,
    String line,
    double x,
    Interval y,
    boolean front,
    String label,
    String title,
    Map<String, String> data) {
  Dot {
    data = new TreeMap<>(data);
  }

  /** On no front. */
  static Dot of(String line, double x, Interval y, String label) {
    String title = (label.isEmpty() ? line : line + ", " + label) + ": " + y.text(3);
    return new Dot(line, line, x, y, false, label, title, Map.of());
  }

  double low() {
    return y.bounded() ? y.low() : y.value();
  }

  double high() {
    return y.bounded() ? y.high() : y.value();
  }
}
