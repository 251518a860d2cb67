package dev.tandem.planning.calibrate;

import dev.tandem.devices.profile.Range;
import java.math.BigDecimal;
import java.math.MathContext;

/** Measurements are good for four digits. */
final class Rounding {
  private static final MathContext DIGITS = new MathContext(4);

  private Rounding() {}

  /** The nearest value of the range, which is finite. */
  static double of(double value, Range range) {
    return new BigDecimal(range.clamp(value)).round(DIGITS).doubleValue();
  }
}
