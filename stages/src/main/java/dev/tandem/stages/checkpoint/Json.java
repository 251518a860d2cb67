package dev.tandem.stages.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Strict JSON: a key that appears twice or text after the value is an error. {@code -Infinity} is a
 * number, as diffusers writes it into scheduler configs.
 */
final class Json {
  private static final ObjectReader READER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build()
          .readerFor(JsonNode.class);

  private Json() {}

  /** Parses a whole file. */
  static JsonNode read(Path file) {
    return parse(ModelFile.read(file), file.toString());
  }

  /**
   * Parses text.
   *
   * @param what it is, for the message
   */
  static JsonNode parse(byte[] utf8, String what) {
    try {
      return READER.readValue(utf8);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          what
              + " is not valid JSON: "
              + e.getOriginalMessage().lines().findFirst().orElse("")
              + "; the file is damaged or incomplete, fetch or convert it again",
          e);
    } catch (IOException e) {
      throw new CheckpointException(what + " cannot be read: " + e.getMessage(), e);
    }
  }
}
