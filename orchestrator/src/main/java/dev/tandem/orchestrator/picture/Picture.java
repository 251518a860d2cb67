package dev.tandem.orchestrator.picture;

import dev.tandem.devices.files.WholeFile;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.stages.ModelOptions;
import java.awt.image.BufferedImage;
import java.nio.file.Path;

/**
 * A finished picture.
 *
 * @param index its place in the run, from 0
 * @param request what was asked for, with width, height and sampler as used
 * @param model name of the model's folder
 * @param form in which the model was computed
 * @param rgb {@code height * width * 3} bytes, row by row from the top
 */
@SuppressWarnings("ArrayRecordComponent") // pictures are handed on, never compared
public record Picture(int index, Request request, String model, ModelOptions form, byte[] rgb) {
  public Picture {
    int need = request.width() * request.height() * 3;
    if (rgb.length != need) {
      throw new IllegalArgumentException("a picture of " + need + " bytes got " + rgb.length);
    }
  }

  /** Of a model as it is. */
  public Picture(int index, Request request, String model, byte[] rgb) {
    this(index, request, model, ModelOptions.DEFAULT, rgb);
  }

  public int width() {
    return request.width();
  }

  public int height() {
    return request.height();
  }

  /** A copy as {@link BufferedImage#TYPE_INT_RGB}. */
  public BufferedImage toBufferedImage() {
    BufferedImage image = new BufferedImage(width(), height(), BufferedImage.TYPE_INT_RGB);
    int[] pixels = new int[width() * height()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | (rgb[3 * i + 2] & 255);
    }
    image.setRGB(0, 0, width(), height(), pixels, 0, width());
    return image;
  }

  /** A PNG file's bytes, with the {@link Parameters} as its text. */
  public byte[] toPng() {
    return Png.encode(this);
  }

  /**
   * Writes a PNG that carries its {@link Parameters}; folders are made as needed, and the file
   * appears whole or not at all.
   *
   * @throws dev.tandem.devices.files.FileWriteException if it cannot be written
   */
  public void writePng(Path file) {
    WholeFile.write(file, toPng());
  }
}
