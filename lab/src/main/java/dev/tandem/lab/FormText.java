package dev.tandem.lab;

import dev.tandem.stages.ModelOptions;
import dev.tandem.stages.Quantization;
import dev.tandem.stages.Quantization.Activations;
import dev.tandem.stages.Quantization.Weights;
import dev.tandem.stages.StepCache;
import java.util.Locale;

/**
 * The form of a model as a part of a setting's name: {@code +w8+a8+deep:3}. The parts of a cache
 * stand behind colons, as settings are listed with commas.
 */
final class FormText {
  private FormText() {}

  /**
   * Reads the form; nothing is the model as it is.
   *
   * @param text empty, or parts with a plus before each
   * @throws IllegalArgumentException if a part is unknown, is there twice, or does not fit another
   */
  static ModelOptions parse(String text) {
    Weights weights = Weights.STORED;
    Activations activations = Activations.F32;
    StepCache cache = new StepCache.None();
    for (String part : text.isEmpty() ? new String[0] : text.substring(1).split("\\+", -1)) {
      switch (part) {
        case "w8", "w4" -> {
          requireFirst(weights == Weights.STORED, part);
          weights = Weights.valueOf(part.toUpperCase(Locale.ROOT));
        }
        case "a8" -> {
          requireFirst(activations == Activations.F32, part);
          activations = Activations.A8;
        }
        default -> {
          requireFirst(cache instanceof StepCache.None, part);
          cache = cache(part);
        }
      }
    }
    return ModelOptions.DEFAULT
        .withQuantization(new Quantization(weights, activations))
        .withCache(cache);
  }

  private static void requireFirst(boolean first, String part) {
    if (!first) {
      throw new IllegalArgumentException("'" + part + "' stands beside another of its kind");
    }
  }

  private static StepCache cache(String part) {
    if (!part.startsWith("deep:") && !part.startsWith("first-block:")) {
      throw new IllegalArgumentException(
          "'"
              + part
              + "' is no form; there are w8, w4, a8, deep:INTERVAL, deep:INTERVAL:BLOCK and"
              + " first-block:THRESHOLD");
    }
    int second = part.indexOf(':', part.indexOf(':') + 1);
    return StepCache.parse(
        second < 0 ? part : part.substring(0, second) + "," + part.substring(second + 1));
  }

  /** The form as {@link #parse} reads it. */
  static String of(ModelOptions form) {
    String weights =
        switch (form.quantization().weights()) {
          case STORED -> "";
          case W8 -> "+w8";
          case W4 -> "+w4";
        };
    String activations =
        switch (form.quantization().activations()) {
          case F32 -> "";
          case A8 -> "+a8";
        };
    String cache = cache(form.cache());
    return weights + activations + (cache.isEmpty() ? "" : "+" + cache);
  }

  /** Types of weights and activations, for example {@code W8A8}; F32 for the model as it is. */
  static String precision(ModelOptions form) {
    String text = form.quantization().text();
    return text.isEmpty() ? "F32" : text.toUpperCase(Locale.ROOT);
  }

  /** For example {@code deep:3}; empty for none. */
  static String cache(StepCache cache) {
    return cache instanceof StepCache.None ? "" : cache.text().replace(',', ':');
  }
}
