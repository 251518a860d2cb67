package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.orchestrator.placement.PlacementException;
import dev.tandem.orchestrator.placement.PlacementJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema and the reader of placements must agree on what a placement is. */
class PlacementSchemaTest {
  private static final SchemaCheck SCHEMA =
      SchemaCheck.of(
          Path.of(System.getProperty("tandem.root"), "profiles", "placement.schema.json"));
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final String FULL =
      """
      {"$schema": "placement.schema.json",
       "lanes": [
        {"share": 2.5, "text": ["a", "b"], "decode": "b",
         "denoise": [{"steps": 3, "device": "a"},
                     {"steps": "12.5%", "device": "b"},
                     {"steps": "rest", "device": "a", "unconditional": "b"}]},
        {"text": "c", "denoise": "c", "decode": ["c"]}],
       "ringDepth": 3, "order": "finished"}
      """;

  /** What is put in place of each value of the full example, one at a time. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "1",
          "64",
          "65",
          "2.0",
          "1.5",
          "1e-9",
          "3000000000",
          "\"\"",
          "\" \"",
          "\"a\"",
          "\"b\"",
          "\"c\"",
          "\"rest\"",
          "\"50%\"",
          "\"0%\"",
          "\"0.0%\"",
          "\"0.5%\"",
          "\"007%\"",
          "\"99.9%\"",
          "\"100%\"",
          "\"100.5%\"",
          "\"250%\"",
          "\"-5%\"",
          "\"5.%\"",
          "\"5 %\"",
          "\"prompt\"",
          "\"Prompt\"",
          "[]",
          "{}",
          "[\"a\"]",
          "[\"a\", \"a\"]",
          "[\"a\", 5]",
          "[\"\"]",
          "[{\"device\": \"a\"}]",
          "[{\"steps\": 2}]");

  /** Rules between fields, which the schema only describes. */
  private static final Pattern BETWEEN_FIELDS =
      Pattern.compile("the last part must take|only the last part may|same as denoise.device");

  @TempDir Path folder;

  /** Empty if the reader takes it. */
  private static Optional<String> refusal(String json) {
    try {
      PlacementJson.parse(json);
      return Optional.empty();
    } catch (PlacementException e) {
      return Optional.of(e.getMessage());
    }
  }

  private List<String> problems(String json) throws Exception {
    return SCHEMA.problems(Files.writeString(folder.resolve("p.json"), json), json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {FULL, "{\"lanes\": [{\"text\": \"a\", \"denoise\": \"b\", \"decode\": \"c\"}]}"})
  void bothTakeWhatIsRight(String json) throws Exception {
    assertThat(problems(json)).isEmpty();
    assertThat(refusal(json)).isEmpty();
    assertThat(problems(PlacementJson.format(PlacementJson.parse(json)))).isEmpty();
  }

  @Test
  void theyAgreeOnEveryChangeOfOneField() throws Exception {
    List<String> disagreements = new ArrayList<>();
    int refused = 0;
    int taken = 0;
    List<JsonNode> changed = changed();
    for (JsonNode json : changed) {
      List<String> problems = problems(json.toString());
      Optional<String> refusal = refusal(json.toString());
      boolean agreed =
          problems.isEmpty() == refusal.isEmpty()
              || refusal.filter(r -> BETWEEN_FIELDS.matcher(r).find()).isPresent();
      if (!agreed) {
        disagreements.add(json + "\n  schema: " + problems + "\n  reader: " + refusal);
      }
      refused += problems.isEmpty() ? 0 : 1;
      taken += problems.isEmpty() ? 1 : 0;
    }
    assertThat(disagreements).isEmpty();
    assertThat(refused).isGreaterThan(400);
    assertThat(taken).isGreaterThan(50);
  }

  /** The full example with one value replaced, one field left out, or an unknown one added. */
  private static List<JsonNode> changed() throws Exception {
    List<JsonNode> all = new ArrayList<>();
    for (JsonPointer at : pointers(MAPPER.readTree(FULL), JsonPointer.empty()).toList()) {
      for (String value : VALUES) {
        JsonNode copy = MAPPER.readTree(FULL);
        set(copy, at, MAPPER.readTree(value));
        all.add(copy);
      }
      JsonNode less = MAPPER.readTree(FULL);
      if (less.at(at.head()) instanceof ObjectNode parent) {
        parent.remove(at.last().getMatchingProperty());
      } else {
        ((ArrayNode) less.at(at.head())).remove(at.last().getMatchingIndex());
      }
      all.add(less);
      JsonNode more = MAPPER.readTree(FULL);
      if (more.at(at) instanceof ObjectNode node) {
        all.add(more);
        node.put("unknown", 1);
      }
    }
    return all;
  }

  private static Stream<JsonPointer> pointers(JsonNode node, JsonPointer at) {
    Stream<JsonPointer> inner =
        node.isObject()
            ? node.properties().stream()
                .flatMap(e -> pointers(e.getValue(), at.appendProperty(e.getKey())))
            : Stream.iterate(0, i -> i < node.size(), i -> i + 1)
                .flatMap(i -> pointers(node.get(i), at.appendIndex(i)));
    return at.matches() ? inner : Stream.concat(Stream.of(at), inner);
  }

  private static void set(JsonNode root, JsonPointer at, JsonNode value) {
    JsonNode parent = root.at(at.head());
    if (parent instanceof ObjectNode node) {
      node.set(at.last().getMatchingProperty(), value);
    } else {
      ((ArrayNode) parent).set(at.last().getMatchingIndex(), value);
    }
  }
}
