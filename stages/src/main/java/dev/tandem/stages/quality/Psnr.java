package dev.tandem.stages.quality;

/** Peak signal-to-noise ratio of pictures of 8 bits a channel, dB. */
public final class Psnr {
  private static final double PEAK = 255;

  private Psnr() {}

  /**
   * How near two pictures are; infinite if they are equal.
   *
   * @throws IllegalArgumentException if they differ in size
   */
  public static double of(byte[] a, byte[] b) {
    if (a.length != b.length || a.length == 0) {
      throw new IllegalArgumentException(
          "pictures of " + a.length + " and " + b.length + " bytes cannot be compared");
    }
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      int d = (a[i] & 255) - (b[i] & 255);
      squares += (double) d * d;
    }
    return 10 * Math.log10(PEAK * PEAK * a.length / squares);
  }
}
