package dev.tandem.stages;

import dev.tandem.stages.quantize.Form;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * In which types the U-Net's products are computed.
 *
 * @param weights how its weights are stored
 * @param activations how the values are stored that they are multiplied by
 */
public record Quantization(Weights weights, Activations activations) {
  /** As the checkpoint has them, products in F32. */
  public static final Quantization NONE = new Quantization(Weights.STORED, Activations.F32);

  /** Types of weights. */
  public enum Weights {
    /** The checkpoint's. */
    STORED,
    /** 8 bits, with a scale for each output channel. */
    W8,
    /** 4 bits, with a scale for each group of inputs of an output channel. */
    W4
  }

  /** Types of activations. */
  public enum Activations {
    F32,
    /** 8 bits, with scales that were calibrated: products are of whole numbers. */
    A8
  }

  /** Numbers that share a scale where weights of 4 bits are rounded when they are loaded. */
  private static final int GROUP = 32;

  public Quantization {
    if (activations == Activations.A8 && weights != Weights.W8) {
      throw new IllegalArgumentException(
          "activations of 8 bits (a8) need weights of 8 bits (w8), got "
              + weights.name().toLowerCase(Locale.ROOT));
    }
  }

  /**
   * Reads names of types: {@code stored}, {@code w8} or {@code w4}, and {@code f32} or {@code a8}.
   *
   * @throws IllegalArgumentException if it is none of them, or they do not go together
   */
  public static Quantization parse(String weights, String activations) {
    return new Quantization(
        named("weights are", Weights.values(), weights),
        named("activations are", Activations.values(), activations));
  }

  private static <E extends Enum<E>> E named(String what, E[] values, String name) {
    return Arrays.stream(values)
        .filter(v -> v.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    what
                        + " "
                        + Arrays.stream(values)
                            .map(v -> v.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(" or "))
                        + ", got '"
                        + name
                        + "'"));
  }

  /** For people: {@code w8}, {@code w4}, {@code w8a8}; nothing for real numbers. */
  public String text() {
    return form().map(Form::toString).orElse("");
  }

  static Quantization of(Form form) {
    return new Quantization(
        form.bits() == 4 ? Weights.W4 : Weights.W8,
        form.activations() ? Activations.A8 : Activations.F32);
  }

  /** What is asked for; empty for what the folder has. */
  Optional<Form> form() {
    return switch (weights) {
      case STORED -> Optional.empty();
      case W4 -> Optional.of(Form.w4(GROUP));
      case W8 -> Optional.of(activations == Activations.A8 ? Form.w8a8() : Form.w8());
    };
  }
}
