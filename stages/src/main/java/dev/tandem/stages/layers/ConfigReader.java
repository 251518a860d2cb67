package dev.tandem.stages.layers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.tandem.graph.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Typed access to a model's {@code config.json}. A key that is absent or null takes the fallback,
 * which is the default of diffusers or transformers. It remembers which keys were asked for, so
 * that a key nobody honours is refused instead of ignored.
 */
public final class ConfigReader {
  /**
   * Keys of the configs of today's tools that change nothing about any computation: how training
   * averaged the weights (diffusers' {@code EMAModel} leaves them in the config), and who wrote the
   * file.
   */
  private static final Set<String> INERT =
      Set.of(
          "decay",
          "inv_gamma",
          "min_decay",
          "optimization_step",
          "power",
          "update_after_step",
          "use_ema_warmup",
          "dtype",
          "torch_dtype",
          "transformers_version",
          "name_or_path");

  private final String part;
  private final JsonNode root;
  private final Set<String> known = new HashSet<>();

  /**
   * @param part what the config describes, for example {@code UNet2DConditionModel}; named in every
   *     error
   * @throws ConfigException if the config is not a JSON object
   */
  public ConfigReader(String part, JsonNode root) {
    this.part = part;
    this.root = root;
    if (!root.isObject()) {
      throw new ConfigException(part + " config: expected a JSON object, got " + root);
    }
  }

  /** The raw value; a missing node where the key is absent or null. */
  public JsonNode value(String key) {
    known.add(key);
    JsonNode v = root.path(key);
    return v.isNull() ? JsonNodeFactory.instance.missingNode() : v;
  }

  /** True if the key has a value other than null. */
  public boolean has(String key) {
    return !value(key).isMissingNode();
  }

  /** True if the key is there with the value null, for keys where that is not the default. */
  public boolean isExplicitNull(String key) {
    known.add(key);
    return root.path(key).isNull();
  }

  /** A whole number of at least {@code min}. */
  public int integer(String key, int fallback, int min) {
    return has(key) ? integer(key, value(key), min) : fallback;
  }

  /** A whole number of at least 1 that has no default. */
  public int required(String key) {
    if (!has(key)) {
      throw error(key, "is missing; it needs a whole number");
    }
    return integer(key, value(key), 1);
  }

  public float number(String key, float fallback) {
    JsonNode v = value(key);
    if (v.isMissingNode()) {
      return fallback;
    }
    if (!v.isNumber()) {
      throw error(key, "is " + v + ", expected a number");
    }
    return v.floatValue();
  }

  public boolean flag(String key, boolean fallback) {
    JsonNode v = value(key);
    if (v.isMissingNode()) {
      return fallback;
    }
    if (!v.isBoolean()) {
      throw error(key, "is " + v + ", expected true or false");
    }
    return v.booleanValue();
  }

  /** A list of numbers; empty where the key is absent. */
  public List<Float> numbers(String key) {
    List<Float> out = new ArrayList<>();
    for (JsonNode v : value(key)) {
      if (!v.isNumber()) {
        throw error(key, "is " + value(key) + ", expected a list of numbers");
      }
      out.add(v.floatValue());
    }
    return out;
  }

  /** A list of whole numbers of at least 1. */
  public List<Integer> integers(String key, List<Integer> fallback) {
    JsonNode v = value(key);
    return v.isMissingNode() ? fallback : elements(key, v);
  }

  /** One whole number for all, or a list of exactly {@code size}. */
  public List<Integer> perLevel(String key, int size, int fallback) {
    JsonNode v = value(key);
    if (!v.isArray()) {
      return Collections.nCopies(size, integer(key, fallback, 1));
    }
    requireSize(key, v, size);
    return elements(key, v);
  }

  /** One flag for all, or a list of exactly {@code size}. */
  public List<Boolean> flagPerLevel(String key, int size) {
    JsonNode v = value(key);
    if (!v.isArray()) {
      return Collections.nCopies(size, flag(key, false));
    }
    requireSize(key, v, size);
    List<Boolean> out = new ArrayList<>();
    v.forEach(b -> out.add(b.asBoolean()));
    return out;
  }

  /** A list of words, each one of {@code allowed}. */
  public List<String> words(String key, List<String> fallback, Set<String> allowed) {
    JsonNode v = value(key);
    if (v.isMissingNode()) {
      return fallback;
    }
    List<String> out = new ArrayList<>();
    for (JsonNode e : v) {
      if (!allowed.contains(e.asText())) {
        throw error(key, "holds " + e + ", supported: " + sorted(allowed));
      }
      out.add(e.asText());
    }
    return out;
  }

  /** An activation by its name in diffusers and transformers. */
  public Activation activation(String key, String fallback) {
    JsonNode v = value(key);
    String name = v.asText(fallback).isEmpty() ? fallback : v.asText(fallback);
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "silu", "swish" -> Activation.SILU;
      case "relu" -> Activation.RELU;
      case "gelu" -> Activation.GELU;
      case "quick_gelu" -> Activation.QUICK_GELU;
      default -> throw error(key, "is " + v + ", supported: gelu, quick_gelu, relu, silu");
    };
  }

  /**
   * Refuses any value but these; absent and null are always accepted.
   *
   * @throws ConfigException that names the key, its value and what is supported
   */
  public void only(String key, Object... allowed) {
    JsonNode v = value(key);
    if (v.isMissingNode()) {
      return;
    }
    for (Object a : allowed) {
      boolean same =
          switch (a) {
            case Number n -> v.isNumber() && v.doubleValue() == n.doubleValue();
            case Boolean b -> v.isBoolean() && v.booleanValue() == b;
            default -> v.isTextual() && v.textValue().equals(a);
          };
      if (same) {
        return;
      }
    }
    String supported =
        allowed.length == 0
            ? "null"
            : Arrays.stream(allowed).map(Object::toString).collect(Collectors.joining(", "));
    throw error(key, "is " + v + ", which is not supported (supported: " + supported + ")");
  }

  /** Keys that change nothing about the computation. */
  public void irrelevant(String... keys) {
    known.addAll(List.of(keys));
  }

  /**
   * Refuses keys that nobody asked for. Null values, keys that start with an underscore and those
   * that no computation depends on are harmless.
   */
  public void refuseUnknown() {
    for (var e : root.properties()) {
      String key = e.getKey();
      boolean inert = key.startsWith("_") || INERT.contains(key) || e.getValue().isNull();
      if (!known.contains(key) && !inert) {
        throw error(
            key,
            "is " + e.getValue() + ", but this key is unknown; remove it if nothing depends on it");
      }
    }
  }

  /** An error about one key, for checks that this class does not know. */
  public ConfigException error(String key, String problem) {
    return new ConfigException(part + " config: '" + key + "' " + problem);
  }

  /** A whole number of at least {@code min}, found under {@code key}. */
  public int integer(String key, JsonNode v, int min) {
    if (!v.isIntegralNumber() || !v.canConvertToInt() || v.intValue() < min) {
      throw error(key, "is " + v + ", expected a whole number of at least " + min);
    }
    return v.intValue();
  }

  private List<Integer> elements(String key, JsonNode v) {
    if (!v.isArray() || v.isEmpty()) {
      throw error(key, "is " + v + ", expected a list of whole numbers");
    }
    List<Integer> out = new ArrayList<>();
    v.forEach(e -> out.add(integer(key, e, 1)));
    return out;
  }

  private void requireSize(String key, JsonNode v, int size) {
    if (v.size() != size) {
      throw error(key, "is " + v + ", expected " + size + " values, one a level");
    }
  }

  private static List<String> sorted(Set<String> words) {
    return words.stream().sorted().toList();
  }
}
