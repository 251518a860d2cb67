package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.picture.Picture;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Peak signal-to-noise ratio of pictures with 8 bits a channel. */
final class Psnr {
  private static final double PEAK = 255;

  private Psnr() {}

  /** Of two pictures of one size, dB; infinite if they are equal. */
  static double db(byte[] a, byte[] b) {
    if (a.length != b.length || a.length == 0) {
      throw new IllegalArgumentException(
          "pictures of " + a.length + " and " + b.length + " bytes cannot be compared");
    }
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      double d = (a[i] & 255) - (b[i] & 255);
      squares += d * d;
    }
    return 10 * Math.log10(PEAK * PEAK * a.length / squares);
  }

  /** Of the pictures with the same index, those of the pair that differs most. */
  static OptionalDouble worst(List<Picture> expected, List<Picture> actual) {
    Map<Integer, Picture> byIndex = new HashMap<>();
    expected.forEach(p -> byIndex.put(p.index(), p));
    return actual.stream()
        .filter(p -> byIndex.containsKey(p.index()))
        .mapToDouble(p -> db(byIndex.get(p.index()).rgb(), p.rgb()))
        .min();
  }
}
