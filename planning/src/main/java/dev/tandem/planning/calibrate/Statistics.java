package dev.tandem.planning.calibrate;

import java.util.Collection;

/** Middle and spread of repeated measurements. */
record Statistics(double median, double mad) {
  static Statistics of(Collection<Double> values) {
    double median = median(values.stream().mapToDouble(Double::doubleValue).toArray());
    double mad = median(values.stream().mapToDouble(v -> Math.abs(v - median)).toArray());
    return new Statistics(median, mad);
  }

  private static double median(double[] values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values have no median");
    }
    double[] v = values.clone();
    java.util.Arrays.sort(v);
    return (v[(v.length - 1) / 2] + v[v.length / 2]) / 2;
  }
}
