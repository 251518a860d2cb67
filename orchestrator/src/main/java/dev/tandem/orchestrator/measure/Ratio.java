package dev.tandem.orchestrator.measure;

/** Ratios of measurements, which may be of nothing: runs without pictures, times of 0 ns. */
public final class Ratio {
  private Ratio() {}

  /** The ratio, or 0 where there is nothing to compare with; never NaN or infinite. */
  public static double of(double value, double to) {
    double ratio = value / to;
    return Double.isFinite(ratio) ? ratio : 0;
  }
}
