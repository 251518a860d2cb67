package dev.tandem.orchestrator.measure;

import java.util.Collection;

/**
 * The middle of repeated measurements and how far they lie apart.
 *
 * @param median of an even number the mean of the two in the middle
 */
public record Median(double median, double least, double most) {

  /**
   * Of at least one value.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Median of(Collection<Double> values) {
    double[] v = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (v.length == 0) {
      throw new IllegalArgumentException("no values have no median");
    }
    double middle = (v[(v.length - 1) / 2] + v[v.length / 2]) / 2;
    return new Median(middle, v[0], v[v.length - 1]);
  }

  /** Half of what lies between least and most, relative to the median. */
  public double spread() {
    return median == 0 ? 0 : (most - least) / 2 / median;
  }
}
