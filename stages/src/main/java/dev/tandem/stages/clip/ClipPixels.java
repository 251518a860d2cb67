package dev.tandem.stages.clip;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.stages.layers.ConfigException;
import dev.tandem.stages.layers.ConfigReader;
import java.util.ArrayList;
import java.util.List;

/**
 * How pictures become a CLIP image encoder's input: the mean and deviation in its {@code
 * preprocessor_config.json} (transformers' {@code CLIPImageProcessor}).
 *
 * @param size height and width that the encoder takes, pixels
 * @param mean of red, green, blue, in 0..1
 * @param deviation of red, green, blue, in 0..1
 */
public record ClipPixels(int size, List<Float> mean, List<Float> deviation) {
  private static final String PART = "CLIPImageProcessor";

  public ClipPixels {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    if (mean.size() != 3 || deviation.size() != 3 || deviation.stream().anyMatch(d -> !(d > 0))) {
      throw new ConfigException(
          PART
              + " config: needs three means and three positive deviations, got "
              + mean
              + " and "
              + deviation);
    }
  }

  /**
   * Reads a {@code preprocessor_config.json}; absent values are those of OpenAI's models.
   *
   * @param size what the encoder takes, pixels
   * @throws ConfigException if a value is not supported
   */
  public static ClipPixels of(JsonNode config, int size) {
    ConfigReader r = new ConfigReader(PART, config);
    return new ClipPixels(
        size,
        numbers(r, "image_mean", List.of(0.48145467f, 0.4578275f, 0.40821072f)),
        numbers(r, "image_std", List.of(0.26862955f, 0.2613026f, 0.2757771f)));
  }

  private static List<Float> numbers(ConfigReader r, String key, List<Float> fallback) {
    if (!r.has(key)) {
      return fallback;
    }
    List<Float> out = new ArrayList<>();
    for (JsonNode v : r.value(key)) {
      if (!v.isNumber()) {
        throw r.error(key, "is " + r.value(key) + ", expected three numbers");
      }
      out.add(v.floatValue());
    }
    return out;
  }

  /**
   * Normalises a picture; one that is a whole number of times larger is averaged down first.
   *
   * @param image {@code [height, width, 3]} in 0..1
   * @return {@code [size, size, 3]}
   * @throws IllegalArgumentException if the picture is of another size or not square
   */
  public float[] normalise(float[] image, int height, int width) {
    if (height != width || height % size != 0) {
      throw new IllegalArgumentException(
          "a picture of "
              + width
              + " x "
              + height
              + " pixels cannot be judged: it must be square,"
              + " of "
              + size
              + " pixels or a multiple of that");
    }
    int factor = height / size;
    float[] out = new float[size * size * 3];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          out[(y / factor * size + x / factor) * 3 + c] += image[(y * width + x) * 3 + c];
        }
      }
    }
    float area = factor * factor;
    for (int i = 0; i < out.length; i++) {
      out[i] = (out[i] / area - mean.get(i % 3)) / deviation.get(i % 3);
    }
    return out;
  }
}
