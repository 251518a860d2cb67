package dev.tandem.stages.quantize;

/**
 * How far numbers are from what they stand for.
 *
 * @param signal sum of squares of what they stand for
 * @param error sum of squares of the differences
 */
public record Noise(double signal, double error) {
  /** Of nothing. */
  public static final Noise NONE = new Noise(0, 0);

  public Noise plus(Noise other) {
    return new Noise(signal + other.signal, error + other.error);
  }

  /** Signal-to-quantisation-noise ratio, dB; infinite where nothing was lost. */
  public double db() {
    return error == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / error);
  }
}
