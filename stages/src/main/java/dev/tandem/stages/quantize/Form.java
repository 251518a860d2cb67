package dev.tandem.stages.quantize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.stages.layers.ConfigException;
import java.util.Optional;

/**
 * In which numbers the products of a U-Net are stored and computed.
 *
 * @param bits of the weights: 8 or 4
 * @param group numbers that share a scale where the weights have 4 bits, 32 or 64; 0 where they
 *     have 8: all of an output channel
 * @param activations whether the products are of whole numbers: the values that the weights are
 *     multiplied by are rounded to 8 bits, with scales that were calibrated
 */
public record Form(int bits, int group, boolean activations) {
  /** The key of {@code unet/config.json} where a stored form stands, as diffusers has it. */
  public static final String KEY = "quantization_config";

  private static final String METHOD = "quant_method";
  private static final String TANDEM = "tandem";
  private static final String BITS = "weight_bits";
  private static final String GROUP = "group_size";
  private static final String ACTIVATIONS = "activation_bits";

  public Form {
    if (bits == 8 ? group != 0 : bits != 4 || (group != 32 && group != 64)) {
      throw new IllegalArgumentException(
          "weights have 8 bits, or 4 bits in groups of 32 or 64; got "
              + bits
              + " bits in groups of "
              + group);
    }
    if (activations && bits != 8) {
      throw new IllegalArgumentException(
          "activations of 8 bits need weights of 8 bits, got " + bits);
    }
  }

  /** Weights of 8 bits, a scale for each output channel. */
  public static Form w8() {
    return new Form(8, 0, false);
  }

  /** Weights of 4 bits. */
  public static Form w4(int group) {
    return new Form(4, group, false);
  }

  /** Weights and activations of 8 bits. */
  public static Form w8a8() {
    return new Form(8, 0, true);
  }

  /**
   * The form in which a folder's weights are stored; empty where they are real numbers.
   *
   * @param config the network's {@code config.json}
   * @throws ConfigException if they were quantised by another program, or a value has no meaning
   */
  public static Optional<Form> stored(JsonNode config) {
    JsonNode c = config.path(KEY);
    if (c.isMissingNode() || c.isNull()) {
      return Optional.empty();
    }
    if (!c.path(METHOD).asText().equals(TANDEM)) {
      throw new ConfigException(
          "'"
              + KEY
              + "' is "
              + c
              + ", but only weights that 'tandem quantize' wrote can be read (quant_method"
              + " 'tandem'); give the folder that they were made from");
    }
    try {
      int activationBits = c.path(ACTIVATIONS).asInt(32);
      if (activationBits != 8 && activationBits != 32) {
        throw new IllegalArgumentException(ACTIVATIONS + " must be 8 or 32, got " + activationBits);
      }
      return Optional.of(
          new Form(c.path(BITS).asInt(), c.path(GROUP).asInt(), activationBits == 8));
    } catch (IllegalArgumentException e) {
      throw new ConfigException("'" + KEY + "' is " + c + ": " + e.getMessage());
    }
  }

  /** As {@link #stored} reads it, for the network's config. */
  public ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put(METHOD, TANDEM)
        .put(BITS, bits)
        .put(GROUP, group)
        .put(ACTIVATIONS, activations ? 8 : 32);
  }

  /** Whether both are of the same types; groups may differ. */
  public boolean isLike(Form other) {
    return bits == other.bits && activations == other.activations;
  }

  /** Numbers of a row that share a scale. */
  int groupOf(int row) {
    return group == 0 ? row : group;
  }

  /** For people: {@code w8}, {@code w4} or {@code w8a8}. */
  @Override
  public String toString() {
    return "w" + bits + (activations ? "a8" : "");
  }
}
