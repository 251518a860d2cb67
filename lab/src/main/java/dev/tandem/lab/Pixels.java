package dev.tandem.lab;

import dev.tandem.stages.quality.Psnr;
import dev.tandem.stages.quality.Ssim;
import java.awt.image.BufferedImage;

/**
 * A picture that was drawn.
 *
 * @param rgb {@code [height, width, 3]}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as a record
record Pixels(int width, int height, byte[] rgb) {
  /** What pictures that are equal count as, dB: a little more than one level in one sample. */
  private static final double EQUAL_DB = 100;

  static Pixels of(BufferedImage image) {
    byte[] out = new byte[image.getWidth() * image.getHeight() * 3];
    for (int i = 0; i < out.length; i++) {
      int pixel = i / 3;
      int rgb = image.getRGB(pixel % image.getWidth(), pixel / image.getWidth());
      out[i] = (byte) (rgb >> (16 - 8 * (i % 3)));
    }
    return new Pixels(image.getWidth(), image.getHeight(), out);
  }

  /** The peak signal-to-noise ratio to another picture of this size, dB, at most 100. */
  double psnr(Pixels other) {
    return Math.min(EQUAL_DB, Psnr.of(rgb, other.rgb));
  }

  /** The structural similarity to another picture of this size, at most 1. */
  double ssim(Pixels other) {
    return Ssim.of(rgb, other.rgb, width, height);
  }
}
