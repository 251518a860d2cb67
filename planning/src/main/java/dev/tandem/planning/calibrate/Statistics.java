package dev.tandem.planning.calibrate;

import dev.tandem.orchestrator.measure.Median;
import java.util.Collection;

/**
 * Middle and spread of repeated measurements.
 *
 * @param mad the median of the distances from the median
 */
record Statistics(double median, double mad) {
  static Statistics of(Collection<Double> values) {
    double median = Median.of(values).median();
    double mad = Median.of(values.stream().map(v -> Math.abs(v - median)).toList()).median();
    return new Statistics(median, mad);
  }
}
