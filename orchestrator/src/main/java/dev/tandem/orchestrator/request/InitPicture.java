package dev.tandem.orchestrator.request;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.Locale;

/**
 * A picture to begin with, and how much of it is to be replaced.
 *
 * @param image of any size; it is drawn anew at the size of the request
 * @param strength 0 (nothing) to 1 (all): the share of the steps that are done
 */
public record InitPicture(BufferedImage image, double strength) {
  public static final double DEFAULT_STRENGTH = 0.8;

  public InitPicture {
    if (!(strength > 0 && strength <= 1)) {
      throw new RequestException(
          String.format(Locale.ROOT, "strength must be above 0 and at most 1, got %s", strength));
    }
  }

  /**
   * Its colours at a size, {@code [height, width, 3]}; a picture of that size is taken as it is.
   */
  public byte[] rgb(int width, int height) {
    BufferedImage drawn = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = drawn.createGraphics();
    g.setColor(Color.WHITE); // behind what is transparent
    g.fillRect(0, 0, width, height);
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    g.drawImage(halved(width, height), 0, 0, width, height, null);
    g.dispose();
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < width * height; i++) {
      int pixel = drawn.getRGB(i % width, i / width);
      rgb[3 * i] = (byte) (pixel >> 16);
      rgb[3 * i + 1] = (byte) (pixel >> 8);
      rgb[3 * i + 2] = (byte) pixel;
    }
    return rgb;
  }

  /** Halved until it is less than twice the size, so that no pixel is left out. */
  private BufferedImage halved(int width, int height) {
    BufferedImage now = image;
    while (now.getWidth() >= 2 * width && now.getHeight() >= 2 * height) {
      int w = now.getWidth() / 2;
      int h = now.getHeight() / 2;
      BufferedImage half = new BufferedImage(w, h, BufferedImage.TYPE_INT_ARGB);
      Graphics2D g = half.createGraphics();
      g.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      g.drawImage(now, 0, 0, w, h, null);
      g.dispose();
      now = half;
    }
    return now;
  }
}
