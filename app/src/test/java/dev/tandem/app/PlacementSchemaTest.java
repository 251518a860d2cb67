package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.orchestrator.placement.PlacementException;
import dev.tandem.orchestrator.placement.PlacementJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
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
        {"text": "c", "denoise": "c", "decode": ["c"], "image": ["b", "c"]}],
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
          "1e-6",
          "1e6",
          "1000001",
          "1e308",
          "1e400",
          "-1e400",
          "NaN",
          "Infinity",
          "\"NaN\"",
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
    for (String json : FieldChanges.of(MAPPER.readTree(FULL), VALUES)) {
      List<String> problems = problems(json);
      Optional<String> refusal = refusal(json);
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
}
