package dev.tandem.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.conformance.cli.Shell.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code tandem devices} and {@code tandem tune} through the launcher. PoCL must be installed. */
class DevicesAndTuneCommandTest {
  @TempDir Path folder;

  @Test
  void devicesShowsEveryDeviceMeasuredWithItsPartsAndWhoSharesHardware() {
    Result r = Shell.run("./tandem devices");
    assertThat(r.exitCode()).as(r.err()).isZero();
    assertThat(r.out().lines().findFirst().orElseThrow().split(" +"))
        .containsExactly(
            "id", "type", "memory", "units", "F16", "GFLOP/s", "GB/s", "name", "driver");
    assertThat(r.out()).containsPattern("(?m)^opencl:0 .* (storage|arithmetic) +\\d+");
    assertThat(r.out()).containsPattern("(?m)^opencl:0\\.0 .*parts? of opencl:0");
    assertThat(r.out()).contains("share their hardware (host processor)");
  }

  @Test
  void devicesAsJsonHasTheSame() throws Exception {
    Result r = Shell.run("./tandem devices --json --no-probe");
    assertThat(r.exitCode()).as(r.err()).isZero();
    Set<String> ids = new HashSet<>();
    for (JsonNode d : new ObjectMapper().readTree(r.out())) {
      ids.add(d.path("id").asText());
      assertThat(d.path("memoryBytes").asLong()).isPositive();
      assertThat(d.path("type").asText()).isNotBlank();
      assertThat(d.has("probe")).isFalse();
    }
    assertThat(ids).contains("cpu", "opencl:0", "reference");
  }

  @Test
  void casesOfAnOperationAreComparedAndTimedOnSeveralDevices() throws Exception {
    Result r = Shell.run("./tandem devices --case softmax --on cpu --on opencl:0 --json");
    assertThat(r.exitCode()).as(r.err()).isZero();
    Set<String> computed = new HashSet<>();
    for (JsonNode c : new ObjectMapper().readTree(r.out())) {
      assertThat(c.path("case").asText()).contains("softmax");
      String where = c.path("device").asText() + " " + c.path("precision").asText();
      if (where.equals("cpu F16")) {
        assertThat(c.path("unsupported").asText()).contains("stores F32 only");
        continue;
      }
      computed.add(where);
      assertThat(c.path("passed").asBoolean()).isTrue();
      assertThat(c.path("error").asDouble()).isBetween(0.0, c.path("bound").asDouble());
      assertThat(c.path("ms").asDouble()).isPositive();
    }
    assertThat(computed).containsExactlyInAnyOrder("cpu F32", "opencl:0 F32", "opencl:0 F16");
  }

  @Test
  void theMatrixTellsWhatIsNotSupportedAndWhy() {
    Result r = Shell.run("./tandem devices --matrix --on cpu");
    assertThat(r.exitCode()).as(r.err()).isZero();
    assertThat(r.out().lines().findFirst().orElseThrow().split(" {2,}"))
        .containsExactly("operation", "cpu F32", "cpu F16");
    assertThat(r.out()).containsPattern("(?m)^conv2d +yes +no \\(1\\)$");
    assertThat(r.out()).containsPattern("(?m)^attention +yes +no \\(1\\)$");
    assertThat(r.out()).containsPattern("(?m)^\\(1\\) .*stores F32 only");
  }

  /** A simulated device makes noise. */
  @ParameterizedTest
  @CsvSource({"--case softmax, FAILED", "--matrix, 55 of 55 failed"})
  void wrongResultsAreToldAndTheExitCodeSaysSo(String what, String message) {
    Result r = Shell.run("./tandem devices " + what + " --on sim,speed=1000");
    assertThat(r.exitCode()).as(r.err()).isEqualTo(1);
    assertThat(r.out()).contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --on cpu                | 2 | --on needs either --case TEXT or --matrix
          --case conv2d --matrix  | 2 | not both
          --case nosuchthing      | 2 | no operation case has 'nosuchthing' in its name
          --matrix --on gone      | 1 | unknown device 'gone'
          """)
  void aMistakenCaseIsOneClearLine(String arguments, int exitCode, String message) {
    Result r = Shell.run("./tandem devices " + arguments);
    assertThat(r.exitCode()).as(r.err()).isEqualTo(exitCode);
    assertThat(r.err().lines().filter(l -> l.startsWith("tandem: "))).hasSize(1);
    assertThat(r.err()).contains(message).doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --budget soon          | 2 | 'soon' is not a time such as 90s, 5m or 2h
          --budget 0s            | 2 | '0s' is not a time
          --device cpu           | 2 | device 'cpu' has nothing to tune
          --device opencl:99     | 1 | found: opencl:0
          --device opencl:0,profile=gone.json | 1 | gone.json
          --model gone           | 1 | gone
          """)
  void aMistakeIsOneClearLine(String arguments, int exitCode, String message) {
    Result r = Shell.run("./tandem tune " + arguments + " --output " + folder + "/p.json");
    assertThat(r.exitCode()).as(r.err()).isEqualTo(exitCode);
    assertThat(r.err().lines().filter(l -> l.startsWith("tandem: "))).hasSize(1);
    assertThat(r.err()).contains(message).doesNotContain("\tat ");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void interruptKeepsWhatWasFoundAndExits130() throws Exception {
    Path out = Shell.file(".out");
    Path err = Shell.file(".err");
    Path profile = folder.resolve("p.json");
    String command = "./tandem tune --device opencl:0 --budget 2m --output " + profile;
    Process process = Shell.start(command, out, err);
    while (process.isAlive() && !Files.exists(folder.resolve("p.json.lock"))) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    Result r = Shell.end(process, command, out, err);
    assertThat(r.exitCode()).as(r.err()).isEqualTo(130);
    assertThat(new ObjectMapper().readTree(profile.toFile()).path("tunables")).isNotEmpty();
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("p.json", "p.json.lock");
  }
}
