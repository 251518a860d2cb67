package dev.tandem.stages.sampling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;

/**
 * The keys of a diffusers {@code scheduler_config.json}, read with a default for what is missing or
 * null. A value that cannot be honoured is refused with a message that names its key.
 *
 * @param json the file's content; keys that no sampler here knows are left alone, as diffusers does
 */
record SchedulerConfig(JsonNode json) {
  SchedulerConfig {
    if (!json.isObject()) {
      throw new IllegalArgumentException("scheduler_config.json must hold an object, not " + json);
    }
  }

  boolean has(String key) {
    return json.hasNonNull(key);
  }

  double number(String key, double missing) {
    if (!has(key)) {
      return missing;
    }
    JsonNode value = json.get(key);
    if (value.isNumber()) {
      return value.doubleValue();
    }
    if (value.isTextual() && value.textValue().matches("-?(inf|Infinity)")) {
      return value.textValue().startsWith("-")
          ? Double.NEGATIVE_INFINITY
          : Double.POSITIVE_INFINITY;
    }
    throw refused(key, "expected a number");
  }

  int integer(String key, int missing) {
    if (!has(key)) {
      return missing;
    }
    if (!json.get(key).canConvertToExactIntegral()) {
      throw refused(key, "expected a whole number");
    }
    return json.get(key).intValue();
  }

  boolean flag(String key, boolean missing) {
    if (!has(key)) {
      return missing;
    }
    if (!json.get(key).isBoolean()) {
      throw refused(key, "expected true or false");
    }
    return json.get(key).booleanValue();
  }

  /** A text that must be one of the allowed ones. */
  String choice(String key, String missing, String... allowed) {
    String value = has(key) ? json.get(key).asText() : missing;
    if (!Arrays.asList(allowed).contains(value)) {
      throw refused(key, "supported are " + String.join(", ", allowed));
    }
    return value;
  }

  float[] numbers(String key) {
    JsonNode list = json.path(key);
    if (!list.isArray() || list.isEmpty()) {
      throw refused(key, "expected a list of numbers");
    }
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      if (!list.get(i).isNumber()) {
        throw refused(key, "expected a list of numbers");
      }
      values[i] = (float) list.get(i).doubleValue();
    }
    return values;
  }

  PredictionType predictionType() {
    return PredictionType.of(
        choice("prediction_type", "epsilon", "epsilon", "v_prediction", "sample"));
  }

  /** Refuses the config when one of these switches is on. */
  void requireOff(String... keys) {
    for (String key : List.of(keys)) {
      boolean off = !has(key) || (json.get(key).isBoolean() && !json.get(key).booleanValue());
      if (!off) {
        throw refused(key, "this is not supported");
      }
    }
  }

  /** The same config with one value replaced. */
  SchedulerConfig with(String key, JsonNode value) {
    ObjectNode copy = json.deepCopy();
    copy.set(key, value);
    return new SchedulerConfig(copy);
  }

  IllegalArgumentException refused(String key, String reason) {
    return new IllegalArgumentException(
        "scheduler_config.json: " + key + " is " + json.get(key) + ": " + reason);
  }
}
