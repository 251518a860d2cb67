package dev.tandem.devices.profile;

import dev.tandem.devices.json.FieldException;
import java.math.BigDecimal;

/**
 * What a number of a profile may be, ends included: far beyond any machine, near enough that no sum
 * or ratio of such numbers overflows. {@code profile.schema.json} says the same.
 */
public enum Range {
  /** Cores, pixels, pictures of a batch. */
  COUNT(1, 1e6),
  /** Sizes in memory, up to the largest whole number that all JSON readers keep exactly. */
  BYTES(1, (1L << 53) - 1),
  /** Sizes in memory of what may need none. */
  BYTES_OR_NONE(0, (1L << 53) - 1),
  /** GFLOP/s, GB/s. */
  RATE(1e-6, 1e9),
  /** Times in ms that nothing takes less than a nanosecond of. */
  MILLIS(1e-6, 1e9),
  /** Other times in ms or microseconds, and watts: 0 is none. */
  AMOUNT(0, 1e9),
  /** How many times as long something takes beside something else. */
  SLOWDOWN(1, 1000),
  /** Values of tunables. */
  TUNABLE(0, 1e6);

  private final double least;
  private final double most;

  Range(double least, double most) {
    this.least = least;
    this.most = most;
  }

  /**
   * Refuses what lies outside.
   *
   * @throws FieldException that names the field and the ends
   */
  double require(String field, double value) {
    if (!(value >= least && value <= most)) {
      throw refusal(field, Double.toString(value));
    }
    return value;
  }

  /**
   * Refuses a whole number that lies outside.
   *
   * @throws FieldException that names the field and the ends
   */
  long require(String field, long value) {
    if (value < least || value > most) {
      throw refusal(field, Long.toString(value));
    }
    return value;
  }

  /** The nearest value inside, for measurements: a clock may be too coarse for what it measures. */
  public double clamp(double value) {
    return Double.isNaN(value) ? least : Math.clamp(value, least, most);
  }

  private FieldException refusal(String field, String value) {
    return new FieldException(
        field, "must be " + plain(least) + " to " + plain(most) + ", got " + value);
  }

  private static String plain(double value) {
    return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
  }
}
