package dev.tandem.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.conformance.TornadoSpecs;
import dev.tandem.conformance.cli.Shell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TornadoVM's devices through the launcher, and in a Java that was started in another way. */
@Tag(TornadoSpecs.TAG)
class TornadoCommandTest {
  private static final Path HOME = Path.of(System.getenv("TORNADOVM_HOME"));

  @TempDir Path folder;

  private String generate() {
    return "generate apple --steps 1 --device tornado:0 --output " + folder.resolve("a.png");
  }

  private static void assertOneLine(Result r, String... problem) {
    assertThat(r.exitCode()).isEqualTo(1);
    assertThat(r.err().lines()).as(r.err()).hasSize(1);
    assertThat(r.err()).startsWith("tandem: device 'tornado:0': ").contains(problem);
    assertThat(r.out()).isEmpty();
  }

  private static Map<String, JsonNode> devices(Result r) throws IOException {
    assertThat(r.exitCode()).as(r.err()).isZero();
    Map<String, JsonNode> all = new LinkedHashMap<>();
    new ObjectMapper().readTree(r.out()).forEach(d -> all.put(d.path("id").asText(), d));
    return all;
  }

  @Test
  void itIsListedBesideTheOthersAndAsATwin() throws IOException {
    Map<String, JsonNode> all = devices(Shell.run("./tandem devices --json --no-probe"));
    assertThat(all).containsKeys("cpu", "opencl:0", "tornado:0", "reference");
    JsonNode tornado = all.get("tornado:0");
    assertThat(tornado.path("platform").asText()).contains("TornadoVM");
    JsonNode twin =
        all.values().stream()
            .filter(d -> d.path("id").asText().startsWith("opencl:"))
            .filter(d -> d.path("name").equals(tornado.path("name")))
            .findFirst()
            .orElseThrow();
    assertThat(tornado.path("hardware")).isEqualTo(twin.path("hardware"));
    assertThat(tornado.path("alsoAs").toString()).contains(twin.path("id").asText() + " through ");
  }

  @Test
  void theLauncherStartsWithItAndNothingElseIsPrinted() {
    Result r = Shell.run("./tandem " + generate());
    assertThat(r.exitCode()).as(r.err()).isZero();
    assertThat(folder.resolve("a.png")).isNotEmptyFile();
    assertThat(r.out()).doesNotContain("ERROR").contains("tornado:0");
    assertThat(r.err()).doesNotContain("WARNING").doesNotContain("Exception");
  }

  /** As it comes: its own launcher has not made the file of options yet. */
  @Test
  void theTemplateOfItsOptionsIsEnough() throws IOException {
    List<Path> links = new ArrayList<>();
    for (String needed : List.of("share", "lib", "tornado-argfile.template")) {
      links.add(Files.createSymbolicLink(folder.resolve(needed), HOME.resolve(needed)));
    }
    Result r = Shell.run("env TORNADOVM_HOME=" + folder + " ./tandem " + generate() + " --quiet");
    assertThat(r.exitCode()).as(r.err()).isZero();
    for (Path link : links) {
      Files.delete(link);
    }
  }

  private static Result java(String environment, String options, String arguments) {
    return Shell.run(
        environment
            + Path.of(System.getProperty("java.home"), "bin", "java")
            + " --enable-native-access=ALL-UNNAMED -Dtandem.home=. "
            + options
            + " -cp '"
            + System.getProperty("java.class.path")
            + "' dev.tandem.app.Main "
            + arguments);
  }

  @Test
  void withoutItsOptionsItIsNotAvailableAndAllElseIs() throws IOException {
    assertOneLine(
        java("", "", generate()),
        "Java was started without the options of TornadoVM: java @" + HOME + "/tornado-argfile");
    assertOneLine(java("env -u TORNADOVM_HOME ", "", generate()), "TORNADOVM_HOME is not set");

    Result named = java("", "", "devices --json --no-probe");
    assertThat(devices(named)).containsKeys("cpu", "opencl:0").doesNotContainKey("tornado:0");
    assertThat(named.err().lines().filter(l -> l.contains("TornadoVM"))).hasSize(1);
    Result unnamed = java("env -u TORNADOVM_HOME ", "", "devices --json --no-probe");
    assertThat(unnamed.err()).doesNotContain("Tornado").doesNotContain("TORNADO");
  }

  /** With its modules, but not told which classes implement it: its class initialiser throws. */
  @Test
  void aTornadoVmThatDoesNotStartIsOneLine() throws IOException {
    try (Stream<String> options = Files.lines(HOME.resolve("tornado-argfile"))) {
      Files.write(
          folder.resolve("options"), options.filter(o -> !o.startsWith("-Dtornado.load")).toList());
    }
    Result r = java("", "@" + folder.resolve("options"), generate());
    assertThat(r.exitCode()).isEqualTo(1);
    assertThat(r.err().lines().filter(l -> !l.startsWith("WARNING: Using incubator")))
        .as(r.err())
        .hasSize(1);
    assertThat(r.err()).contains("tandem: device 'tornado:0': ");
  }
}
