package dev.tandem.lab;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.stages.checkpoint.Config;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * Real pictures that the judge was not trained on: {@code held-out.png}, a sheet of squares in
 * reading order, and {@code held-out.json}, which says what each shows.
 *
 * @param size height and width of a picture, pixels
 * @param objects of the pictures
 * @param prompts that describe the pictures in full
 * @param images {@code [size, size, 3]} in 0..1
 */
public record HeldOut(int size, List<String> objects, List<String> prompts, List<float[]> images) {
  public HeldOut {
    objects = List.copyOf(objects);
    prompts = List.copyOf(prompts);
    images = List.copyOf(images);
  }

  /**
   * Reads both files of a judge's folder.
   *
   * @throws LabException if one is missing, damaged, or does not fit the other
   */
  public static HeldOut read(Path folder) {
    JsonNode json = Config.read(folder.resolve("held-out.json")).json();
    int size = json.path("size").asInt();
    List<String> objects = new ArrayList<>();
    List<String> prompts = new ArrayList<>();
    for (JsonNode picture : json.path("pictures")) {
      objects.add(picture.path("object").asText());
      prompts.add(picture.path("prompt").asText());
    }
    BufferedImage sheet = sheet(folder.resolve("held-out.png"));
    int columns = size < 1 ? 0 : sheet.getWidth() / size;
    if (objects.isEmpty() || columns < 1 || columns * (sheet.getHeight() / size) < objects.size()) {
      throw new LabException(
          folder
              + ": held-out.png is too small for the "
              + objects.size()
              + " pictures of "
              + size
              + " pixels that held-out.json lists");
    }
    List<float[]> images = new ArrayList<>();
    for (int i = 0; i < objects.size(); i++) {
      images.add(cut(sheet, i % columns * size, i / columns * size, size));
    }
    return new HeldOut(size, objects, prompts, images);
  }

  private static BufferedImage sheet(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new LabException(file + " does not exist; a judge's folder needs it");
    }
    try {
      BufferedImage image = ImageIO.read(file.toFile());
      if (image == null) {
        throw new LabException(file + " is no PNG picture");
      }
      return image;
    } catch (IOException e) {
      throw new LabException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static float[] cut(BufferedImage sheet, int left, int top, int size) {
    float[] out = new float[size * size * 3];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        int rgb = sheet.getRGB(left + x, top + y);
        for (int c = 0; c < 3; c++) {
          out[(y * size + x) * 3 + c] = (rgb >> (16 - 8 * c) & 255) / 255f;
        }
      }
    }
    return out;
  }
}
