package dev.tandem.devices.reference;

/**
 * The error function, absolute error below 2e-8: the rational Chebyshev approximations of W. J.
 * Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation 23
 * (1969). Its last interval (above 4, where erf differs from 1 by less than 1.6e-8) is left out.
 */
final class ErrorFunction {
  private static final double SMALL = 0.46875;
  private static final double LARGE = 4;

  // Coefficients from the highest power down; Cody's 18 digits, rounded to double.
  private static final double[] SMALL_TOP = {
    0.18577770618460315,
    3.1611237438705655,
    113.86415415105016,
    377.485237685302,
    3209.3775891384694
  };
  private static final double[] SMALL_BOTTOM = {
    1.0, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171
  };
  private static final double[] MIDDLE_TOP = {
    2.1531153547440383e-8,
    0.5641884969886701,
    8.883149794388377,
    66.11919063714163,
    298.6351381974001,
    881.952221241769,
    1712.0476126340707,
    2051.0783778260716,
    1230.3393547979972
  };
  private static final double[] MIDDLE_BOTTOM = {
    1.0,
    15.744926110709835,
    117.6939508913125,
    537.1811018620099,
    1621.3895745666903,
    3290.7992357334597,
    4362.619090143247,
    3439.3676741437216,
    1230.3393548037495
  };

  private ErrorFunction() {}

  static double erf(double x) {
    double y = Math.abs(x);
    if (y <= SMALL) {
      return x * ratio(SMALL_TOP, SMALL_BOTTOM, x * x);
    }
    if (y < LARGE) {
      return Math.signum(x) * (1 - Math.exp(-y * y) * ratio(MIDDLE_TOP, MIDDLE_BOTTOM, y));
    }
    return Math.signum(x); // NaN stays NaN
  }

  private static double ratio(double[] top, double[] bottom, double z) {
    double p = top[0];
    double q = bottom[0];
    for (int i = 1; i < top.length; i++) {
      p = p * z + top[i];
      q = q * z + bottom[i];
    }
    return p / q;
  }
}
