package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.json.JsonFileException;
import dev.tandem.devices.profile.ProfileFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The schema and the reader of profiles must agree on what a profile is. */
class SchemaCheckTest {
  private static final Path PROFILES = Path.of(System.getProperty("tandem.root"), "profiles");
  private static final SchemaCheck SCHEMA = SchemaCheck.of(PROFILES.resolve("profile.schema.json"));
  private static final Path GOOD = PROFILES.resolve("laptop-intel-nvidia.json");

  @TempDir Path folder;

  @Test
  void aGoodProfileHasNoProblems() throws Exception {
    assertThat(SCHEMA.problems(GOOD, Files.readString(GOOD))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'\"format\": 1'                | '\"format\": 2'        | format",
        "'\"cores\": 14'                | '\"cores\": 0'         | machine.cores",
        "'\"cores\": 14'                | '\"cores\": \"14\"'    | machine.cores",
        "'\"cores\": 14'                | '\"cores\": 1.5'       | machine.cores",
        "'\"source\": \"mains\"'        | '\"source\": \"sun\"'  | power.source",
        "'\"f16\": false'               | '\"f16\": 0'           | devices[0].f16",
        "'\"type\": \"CPU\"'            | '\"type\": \"TPU\"'    | devices[0].type",
        "'\"gflops\": 900,'             | '\"gflops\": 0,'       | devices[0].peak.gflops",
        "'\"operation\": \"attention\"' | '\"operation\": \"x\"' |"
            + " devices[0].operations[2].operation",
        "'\"launchMicros\": 2}'         | '\"launchMicros\": -1}' |"
            + " devices[0].operations[0].launchMicros",
        "'\"latencyMicros\": 0.5'       | '\"latency\": 0.5'     | links[0]",
        "'\"slowdown\": 1.25'           | '\"slowdown\": 0.5'    | interference[0].slowdown",
        "'\"name\": \"laptop-intel-nvidia\"' | '\"name\": \"\"'  | name"
      })
  void schemaAndReaderRefuseTheSame(String right, String wrong, String field) throws Exception {
    String text = Files.readString(GOOD);
    assertThat(text).contains(right);
    String changed = text.replaceFirst(java.util.regex.Pattern.quote(right), wrong);
    Path file = Files.writeString(folder.resolve("p.json"), changed);
    int line = (int) changed.substring(0, changed.indexOf(wrong)).lines().count();
    String at = "p.json:" + line + ": " + field;
    assertThat(SCHEMA.problems(file, Files.readString(file)))
        .anySatisfy(p -> assertThat(p).contains(at));
    assertThatThrownBy(() -> ProfileFile.load(file))
        .isInstanceOf(JsonFileException.class)
        .hasMessageContaining(at);
  }

  @Test
  void whatIsNoJsonHasALineToo() throws Exception {
    Path file = Files.writeString(folder.resolve("p.json"), "{\n  \"format\": 1,\n  oops\n}");
    assertThat(SCHEMA.problems(file, Files.readString(file)))
        .singleElement()
        .asString()
        .contains("p.json:3: ");
  }
}
