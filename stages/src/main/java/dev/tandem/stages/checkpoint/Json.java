package dev.tandem.stages.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Strict JSON: a key that appears twice or text after the value is an error. {@code -Infinity} is a
 * number, as diffusers writes it into scheduler configs.
 *
 * <p>Trees are built here from Jackson's tokens: its object mapper can do this too, but loads the
 * calendars and date formats of all languages first.
 */
final class Json {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final JsonFactory TOKENS =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

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
      return tree(utf8);
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

  private static JsonNode tree(byte[] utf8) throws IOException {
    try (JsonParser p = TOKENS.createParser(utf8)) {
      if (p.nextToken() == null) {
        throw new JsonParseException(p, "it is empty");
      }
      JsonNode root = value(p);
      if (p.nextToken() != null) {
        throw new JsonParseException(p, "something follows its end");
      }
      return root;
    }
  }

  /** The value whose first token is the current one; Jackson bounds how deep it nests. */
  private static JsonNode value(JsonParser p) throws IOException {
    return switch (p.currentToken()) {
      case START_OBJECT -> {
        ObjectNode object = NODES.objectNode();
        while (p.nextToken() != JsonToken.END_OBJECT) {
          String key = p.currentName();
          p.nextToken();
          object.set(key, value(p));
        }
        yield object;
      }
      case START_ARRAY -> {
        ArrayNode array = NODES.arrayNode();
        while (p.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(p));
        }
        yield array;
      }
      case VALUE_STRING -> NODES.textNode(p.getText());
      case VALUE_NUMBER_INT ->
          switch (p.getNumberType()) {
            case INT -> NODES.numberNode(p.getIntValue());
            case LONG -> NODES.numberNode(p.getLongValue());
            default -> NODES.numberNode(p.getBigIntegerValue());
          };
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(p.getDoubleValue());
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      default -> throw new JsonParseException(p, "unexpected " + p.currentToken());
    };
  }
}
