package dev.tandem.stages.sampling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Scheduler configurations for tests. */
final class Configs {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Configs() {}

  /** Parses JSON with single quotes in place of double ones. */
  static ObjectNode json(String text) {
    try {
      return (ObjectNode) MAPPER.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** What Stable Diffusion 1 and 2 and the default model share, with more keys. */
  static ObjectNode stableDiffusion(String more) {
    ObjectNode config =
        json("{'beta_start': 0.00085, 'beta_end': 0.012, 'beta_schedule': 'scaled_linear'}");
    config.setAll(json(more));
    return config;
  }
}
