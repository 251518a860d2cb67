package dev.tandem.devices.cases;

import dev.tandem.devices.CompileOptions.Precision;
import java.util.Map;

/**
 * Error bounds of a family of operations, relative to the largest magnitude of the result.
 *
 * <p>In F32 they leave room for another order of summation, for Winograd convolutions and for
 * exponentials of a few ulp. In F16 they are for F16 storage with F32 sums: 2^-11 for each value
 * stored, times what the operation makes of it.
 *
 * <p>The third bound is for products that are computed in F16, too, where the sums of at most 32 of
 * them are F16 before they join F32 sums. Rounding a product and a sum adds up to 2^-11 of the sum
 * so far each time, so a sum of n is off by about sqrt(n) 2^-11 of its terms' root of squares, and
 * by n 2^-11 of it where all errors have one sign. The sum of all tiles' errors stands to the
 * largest result as one tile's to that tile's: sqrt(32) 2^-11 = 2.8e-3, and in attention once for
 * the scores, whose errors the exponential takes over, and once for the values.
 */
enum Tolerance {
  /** Elements are moved, not computed. */
  COPY(0, 5e-4, 5e-4),
  ELEMENTWISE(5e-6, 2e-3, 2e-3),
  PRODUCT(2e-5, 2e-3, 5e-3),
  /**
   * Products of whole numbers: in F16 a value that lies between two of them may go to the other
   * one, which is off by 1 of 127.
   */
  QUANTIZED(5e-6, 1.5e-2, 1.5e-2),
  /**
   * Values that are computed before they are rounded: one that lies between two whole numbers may
   * go to the other one, in F32 too.
   */
  ROUNDED(1.5e-2, 3e-2, 3e-2),
  /** Sums of up to 23,000 products: the reference device's own sums are F32, and off as well. */
  DEEP_PRODUCT(6e-5, 2e-3, 5e-3),
  NORM(2e-5, 3e-3, 3e-3),
  /**
   * The mean is far larger than the deviation: F32 holds it to 6e-8 of itself, and that error is
   * divided by the deviation. A variance from squares would still be off by more than 1.
   */
  NORM_FAR_FROM_ZERO(5e-4, 3e-3, 3e-3),
  ATTENTION(2e-5, 4e-3, 8e-3),
  /** The phase, up to 1000, is only known to F32 precision. */
  TIMESTEP(1e-4, 2e-3, 2e-3),
  /** Several operations in a row, each rounding its result. */
  CHAIN(5e-5, 8e-3, 1.6e-2);

  private final double f32;
  private final double f16;
  private final double halfArithmetic;

  Tolerance(double f32, double f16, double halfArithmetic) {
    this.f32 = f32;
    this.f16 = f16;
    this.halfArithmetic = halfArithmetic;
  }

  Map<Precision, Double> both() {
    return Map.of(Precision.F32, f32, Precision.F16, f16);
  }

  double halfArithmetic() {
    return halfArithmetic;
  }
}
