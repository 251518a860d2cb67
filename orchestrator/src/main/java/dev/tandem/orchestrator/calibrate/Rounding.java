package dev.tandem.orchestrator.calibrate;

import java.math.BigDecimal;
import java.math.MathContext;

/** Measurements are good for four digits. */
final class Rounding {
  private static final MathContext DIGITS = new MathContext(4);

  private Rounding() {}

  static double of(double value) {
    return new BigDecimal(value).round(DIGITS).doubleValue();
  }
}
