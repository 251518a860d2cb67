package dev.tandem.stages.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A JSON file with typed reads. A key that is absent or null reads as empty; a value of another
 * type is a {@link CheckpointException} that names the file, key and value.
 *
 * @param file where it was read, for messages
 * @param json the whole file
 */
public record Config(Path file, JsonNode json) {
  public Config {
    if (!json.isObject()) {
      throw new CheckpointException(file + " must hold a JSON object, not " + json.getNodeType());
    }
  }

  /** Reads a file; throws {@link CheckpointException} if it is missing or malformed. */
  public static Config read(Path file) {
    return new Config(file, Json.read(file));
  }

  public Optional<Integer> integer(String key) {
    return value(key, "a whole number", Config::isInt, JsonNode::intValue);
  }

  public Optional<Double> number(String key) {
    return value(key, "a number", JsonNode::isNumber, JsonNode::doubleValue);
  }

  public Optional<String> text(String key) {
    return value(key, "a text", JsonNode::isTextual, JsonNode::textValue);
  }

  public Optional<Boolean> flag(String key) {
    return value(key, "true or false", JsonNode::isBoolean, JsonNode::booleanValue);
  }

  public Optional<List<Integer>> integers(String key) {
    return list(key, "a list of whole numbers", Config::isInt, JsonNode::intValue);
  }

  public Optional<List<Double>> numbers(String key) {
    return list(key, "a list of numbers", JsonNode::isNumber, JsonNode::doubleValue);
  }

  public Optional<List<String>> texts(String key) {
    return list(key, "a list of texts", JsonNode::isTextual, JsonNode::textValue);
  }

  /** The value, or an error that says the key is missing. */
  public <T> T require(String key, Function<String, Optional<T>> read) {
    return read.apply(key)
        .orElseThrow(() -> new CheckpointException(file + ": key '" + key + "' is missing"));
  }

  private <T> Optional<List<T>> list(
      String key, String expected, Predicate<JsonNode> fits, Function<JsonNode, T> read) {
    return value(
        key,
        expected,
        v -> v.isArray() && v.valueStream().allMatch(fits),
        v -> v.valueStream().map(read).toList());
  }

  private <T> Optional<T> value(
      String key, String expected, Predicate<JsonNode> fits, Function<JsonNode, T> read) {
    JsonNode v = json.path(key);
    if (v.isMissingNode() || v.isNull()) {
      return Optional.empty();
    }
    if (!fits.test(v)) {
      throw new CheckpointException(
          file + ": key '" + key + "' is " + v + ", expected " + expected);
    }
    return Optional.of(read.apply(v));
  }

  private static boolean isInt(JsonNode v) {
    return v.isIntegralNumber() && v.canConvertToInt();
  }
}
