package dev.tandem.conformance.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.stages.text.ClipTokenizer;
import dev.tandem.stages.text.Encoding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Strings with the ids that transformers' {@code CLIPTokenizer} gives them.
 *
 * @param tokenizer folder with {@code vocab.json} and {@code merges.txt}
 * @param strings a JSON list of {@code {"text", "ids", "padded"}}
 */
record TokenizerCase(String name, Path tokenizer, Path strings) implements GoldenCase.Plain {
  private static final int SHOWN = 40;

  /** True if a JSON file holds strings for this case. */
  static boolean fits(JsonNode json) {
    return json.isArray()
        && !json.isEmpty()
        && json.valueStream().allMatch(c -> c.path("text").isTextual() && c.path("ids").isArray());
  }

  @Override
  public List<Check> run() {
    ClipTokenizer t = ClipTokenizer.open(tokenizer);
    List<Check> checks = new ArrayList<>();
    for (JsonNode c : GoldenJson.read(strings)) {
      String what = name + " " + shown(c.get("text"));
      Encoding e = t.encode(c.get("text").asText());
      checks.add(
          Check.of(what + " ids", Check.JAVA, differences(e.ids(), c.get("ids")), Bounds.EXACT));
      for (String key : (Iterable<String>) c::fieldNames) {
        switch (key) {
          case "text", "ids" -> {}
          case "padded" ->
              checks.add(
                  Check.of(
                      what + " padded",
                      Check.JAVA,
                      differences(e.padded(), c.get(key)),
                      Bounds.EXACT));
          default -> checks.add(Check.failed(what, Check.JAVA, "unknown key '" + key + "'"));
        }
      }
    }
    return checks;
  }

  /** The string as JSON, so that it stays on one line, not too long. */
  private static String shown(JsonNode text) {
    String json = text.toString();
    return json.length() <= SHOWN ? json : json.substring(0, SHOWN) + "...";
  }

  /** How many ids differ; a missing or surplus one counts. */
  private static int differences(List<Integer> actual, JsonNode expected) {
    int n = Math.max(actual.size(), expected.size());
    int wrong = 0;
    for (int i = 0; i < n; i++) {
      if (i >= actual.size()
          || i >= expected.size()
          || actual.get(i) != expected.get(i).asInt(-1)) {
        wrong++;
      }
    }
    return wrong;
  }
}
