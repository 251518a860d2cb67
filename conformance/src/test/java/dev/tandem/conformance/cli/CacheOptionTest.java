package dev.tandem.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.conformance.cli.Shell.Result;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --cache} through the launcher. */
class CacheOptionTest {
  @TempDir Path folder;

  @Test
  void thePictureAndTheReportNameIt() throws Exception {
    Path file = folder.resolve("a.png");
    Result r =
        Shell.run(
            "./tandem generate 'red apple' --steps 8 --cache deep:4,1 --json --output " + file);
    assertThat(r.exitCode()).as(r.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(r.out());
    assertThat(json.at("/evaluations/full").asInt()).isEqualTo(2);
    assertThat(json.at("/evaluations/shallow").asInt()).isEqualTo(6);
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
        .contains("Step cache: \"deep:4,1\"");
  }

  @ParameterizedTest
  @CsvSource({
    "'generate x --steps 8 --cache deep:2,2', take 0 to 1",
    "'generate x --steps 8 --cache tea', first-block:THRESHOLD",
    "'generate x --steps 4 --cache deep:2', at least 8 evaluations",
    "'plan --profile two-opencl-cores --steps 4 --cache deep:2', at least 8 evaluations",
    "'compare --devices cpu --strategies single --count 1 --steps 4 --cache deep:2', at least 8"
  })
  void whatIsWrongIsNamed(String command, String why) {
    Result r = Shell.run("./tandem " + command);
    assertThat(r.exitCode()).isNotZero();
    assertThat(r.err()).contains(why).doesNotContain("\tat ");
  }

  @Test
  void aPlanWithACacheIsFaster() throws Exception {
    assertThat(rate("--cache deep:5")).isGreaterThan(1.5 * rate(""));
  }

  private static double rate(String cache) throws Exception {
    Result r =
        Shell.run(
            "./tandem plan --profile two-opencl-cores --strategies single --json --count 4 "
                + cache);
    assertThat(r.exitCode()).as(r.err()).isZero();
    return new ObjectMapper().readTree(r.out()).at("/strategies/0/picturesPerSecond").asDouble();
  }
}
