package dev.tandem.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.conformance.cli.Shell.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Strategies compared for real on two one-core OpenCL devices, and the files that it leaves. */
@TestInstance(Lifecycle.PER_CLASS)
class CompareCommandTest {
  private Path folder;
  private Result result;
  private JsonNode json;

  @BeforeAll
  void compare(@TempDir Path temporary) throws Exception {
    folder = temporary;
    result =
        Shell.run(
            "./tandem compare --strategies stage --devices 'opencl:0.0;opencl:0.1' --count 3"
                + " --steps 2 --repeat 2 --report "
                + folder
                + "/r.html --json "
                + folder
                + "/r.json --csv "
                + folder
                + "/r.csv --trace "
                + folder
                + "/r.trace.json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    json = read("r.json");
  }

  private JsonNode read(String name) throws Exception {
    return new ObjectMapper().readTree(folder.resolve(name).toFile());
  }

  private static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  @Test
  void bothAreMeasuredAndMakeTheSamePictures() {
    assertThat(list(json.get("strategies")))
        .extracting(s -> s.get("strategy").asText())
        .containsExactly("sequential", "stage");
    for (JsonNode s : json.get("strategies")) {
      assertThat(s.get("picturesEqual").asBoolean()).isTrue();
      assertThat(s.get("failed").asInt()).isZero();
      assertThat(s.at("/picturesPerSecond/median").asDouble()).isPositive();
    }
    JsonNode stage = json.at("/strategies/1");
    assertThat(stage.get("devices")).hasSize(2);
    assertThat(stage.at("/overlap/median").asDouble()).isBetween(0.0, 1.0);
    assertThat(json.at("/strategies/0/overlap/median").asDouble()).isZero();
    assertThat(json.at("/strategies/0/speedUp/median").asDouble()).isEqualTo(1);
    for (JsonNode d : stage.get("devices")) {
      assertThat(d.at("/busyShare/median").asDouble()).isBetween(0.01, 1.0);
      assertThat(d.get("clockErrorMicros").asDouble()).isPositive();
    }
  }

  @Test
  void predictionsWereWrittenBeforeTheRunAndKept() {
    Instant written = Instant.parse(json.at("/predictions/written").asText());
    Instant started = Instant.parse(json.at("/started").asText());
    assertThat(written).isBeforeOrEqualTo(started);
    assertThat(list(json.at("/predictions/strategies")))
        .extracting(s -> s.get("strategy").asText())
        .containsExactly("sequential", "stage");
    for (int i = 0; i < 2; i++) {
      double predicted = json.at("/predictions/strategies/" + i + "/picturesPerSecond").asDouble();
      assertThat(predicted).isPositive();
      JsonNode strategy = json.at("/strategies/" + i);
      assertThat(strategy.get("predictedPicturesPerSecond").asDouble()).isEqualTo(predicted);
      double measured = strategy.at("/picturesPerSecond/median").asDouble();
      assertThat(strategy.get("predictionError").asDouble())
          .isCloseTo(predicted / measured - 1, within(1e-9));
    }
    Set<String> placed =
        Set.of(
            json.at("/predictions/strategies/1/placement/lanes/0/denoise").asText(),
            json.at("/predictions/strategies/1/placement/lanes/0/decode").asText());
    assertThat(placed).containsExactlyInAnyOrder("opencl:0.0", "opencl:0.1");
  }

  @Test
  void tableAndCsvSayWhatTheJsonSays() throws Exception {
    for (JsonNode s : json.get("strategies")) {
      assertThat(result.out())
          .contains(s.get("strategy").asText())
          .contains(rate(s.at("/picturesPerSecond/median").asDouble()));
    }
    List<String> lines = Files.readAllLines(folder.resolve("r.csv"));
    // two rounds of one device, two rounds of two
    assertThat(lines).hasSize(1 + 2 + 4);
    double[] speeds =
        lines.stream()
            .filter(l -> l.startsWith("sequential,"))
            .mapToDouble(l -> Double.parseDouble(l.split(",", -1)[5]))
            .toArray();
    assertThat((speeds[0] + speeds[1]) / 2)
        .isCloseTo(json.at("/strategies/0/picturesPerSecond/median").asDouble(), within(1e-5));
  }

  @Test
  void theTraceHasBothDevicesOfBothRuns() throws Exception {
    assertThat(list(read("r.trace.json").get("traceEvents")))
        .filteredOn(e -> e.get("name").asText().equals("process_name"))
        .extracting(e -> e.at("/args/name").asText())
        .containsExactly(
            "sequential: devices", "sequential: stages", "stage: devices", "stage: stages");
  }

  @Test
  void thePageShowsLanesAndTheJsonsNumbersInARealBrowser() {
    Browser.Page page = Browser.open(folder.resolve("r.html"), folder.resolve("browser"));
    assertThat(page.complaints()).isEmpty();
    assertThat(page.find("<svg id=\"lanes\"[^>]*height=\"(\\d+)\"")).hasSize(1);
    List<String> widths = page.find("<rect class=\"bar-of denoise\"[^>]* width=\"([\\d.]+)\"");
    assertThat(widths).anyMatch(w -> Double.parseDouble(w) > 5);
    // Work of another picture in between makes two bars of one.
    for (String stage : List.of("denoise", "decode")) {
      assertThat(new TreeSet<>(page.find("data-says=\"" + stage + " of picture (\\d+)")))
          .hasSize(3);
    }
    assertThat(page.find("<text class=\"label\"[^>]*>([^<]*)<"))
        .containsExactlyInAnyOrder("opencl:0.0", "opencl:0.1");
    assertThat(page.find("<img [^>]*src=\"data:image/png;base64,")).hasSize(3);
    assertThat(page.find("(?:src|href)=\"(?!data:)[^\"]*\"")).as("external resources").isEmpty();
    for (JsonNode s : json.get("strategies")) {
      String row = "<th scope=\"row\">" + s.get("strategy").asText() + ".*?</tr>";
      assertThat(page.find(row).getFirst())
          .contains(">" + rate(s.at("/picturesPerSecond/median").asDouble()) + "<")
          .contains(format("%.2fx", s.at("/speedUp/median").asDouble()))
          .contains(format("%.1f %%", 100 * s.at("/overlap/median").asDouble()))
          .contains(format("%.1f %%", 100 * s.at("/shareOfBound/median").asDouble()));
    }
  }

  @Test
  void aBrokenScriptWouldBeNoticed() throws Exception {
    String page = Files.readString(folder.resolve("r.html"));
    Path broken = folder.resolve("broken.html");
    Files.writeString(broken, page.replace("\"use strict\";", "\"use strict\"; missing();"));
    Browser.Page opened = Browser.open(broken, folder.resolve("browser-2"));
    assertThat(opened.complaints()).isNotEmpty();
    assertThat(opened.find("class=\"bar-of")).isEmpty();
    assertThat(opened.find("<th scope=\"row\">stage")).as("table without scripts").isNotEmpty();
  }

  private static String rate(double perSecond) {
    return format(perSecond < 10 ? "%.3f" : "%.1f", perSecond);
  }

  private static String format(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --strategies magic            | 'magic' does not exist
          --strategies stage,stage      | 'stage' is named twice
          --strategies stage --devices cpu | needs 2 devices
          --count 0                     | --count must be 1 to 10000, got 0
          --repeat 0                    | --repeat must be 1 to 1000, got 0
          --placement gone.json         | gone.json
          --devices warp                | unknown device 'warp'
          """)
  void aMistakeIsOneClearLine(String arguments, String message) {
    Result r = Shell.run("./tandem compare --steps 1 " + arguments);
    assertThat(r.exitCode()).as(r.err()).isBetween(1, 2);
    assertThat(r.err().lines().filter(l -> l.startsWith("tandem: ")).toList())
        .as(r.err())
        .hasSize(1)
        .allMatch(l -> l.contains(message));
  }
}
