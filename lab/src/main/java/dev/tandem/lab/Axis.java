package dev.tandem.lab;

/**
 * An axis of a chart.
 *
 * @param label with the unit
 * @param logarithmic for values above 0 over more than a decade or so
 */
public record Axis(String label, boolean logarithmic) {
  /** Of equal steps. */
  public static Axis linear(String label) {
    return new Axis(label, false);
  }

  /** Of equal ratios. */
  public static Axis log(String label) {
    return new Axis(label, true);
  }
}
