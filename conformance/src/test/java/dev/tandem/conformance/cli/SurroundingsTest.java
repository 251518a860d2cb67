package dev.tandem.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.conformance.cli.Shell.Result;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line among the locales, homes, pipes and devices that real machines have. */
class SurroundingsTest {
  private static final String PLAN = "./tandem plan --profile two-opencl-cores --count 2 --steps 2";

  @TempDir Path folder;

  private String generate(String arguments) {
    return "./tandem generate " + arguments + " --steps 1 --quiet --output " + folder;
  }

  private static Result bash(String script) {
    return Shell.run("bash -c '" + script + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"LC_ALL=C", "LC_ALL= LANG=xx_XX.UTF-8", "LC_ALL=POSIX"})
  void withoutAUtf8LocalePromptsKeepTheirLetters(String locale) throws Exception {
    Result r =
        Shell.run("env " + locale + " " + generate("- 'crème brûlée' --json") + "/é/", "crème 红\n");
    assertThat(r.exitCode()).as(r.err()).isZero();
    var pictures = new ObjectMapper().readTree(r.out()).get("pictures");
    assertThat(pictures.get(0).get("prompt").asText()).isEqualTo("crème 红");
    assertThat(pictures.get(1).get("prompt").asText()).isEqualTo("crème brûlée");
    assertThat(folder.resolve("é").toFile().list())
        .containsExactlyInAnyOrder("crème-红-42.png", "crème-brûlée-43.png");
  }

  @Test
  void theJarAloneSaysThatALocaleLosesLetters() {
    Result r =
        bash(
            "source app/launcher/jdk.sh; find_jdk; LC_ALL=C \"$JAVA_HOME/bin/java\" -jar"
                + " app/target/tandem.jar generate crème");
    assertThat(r.exitCode()).isEqualTo(2);
    assertThat(r.err()).contains("cannot be read").contains("set LC_ALL=C.UTF-8");
  }

  @Test
  void noHomeIsNoMistake() {
    assertThat(Shell.run("env -u HOME " + generate("apple") + "/a.png").exitCode()).isZero();
    Result unwritable =
        Shell.run("env -u XDG_CACHE_HOME HOME=/dev/null " + generate("apple") + "/b.png");
    assertThat(unwritable.exitCode()).as(unwritable.err()).isZero();
    Result odd =
        Shell.run(
            "env HOME=/dev/null XDG_CACHE_HOME=relative TMPDIR=/gone TERM=dumb "
                + generate("apple")
                + "/c.png");
    assertThat(odd.exitCode()).as(odd.err()).isZero();
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("a.png", "b.png", "c.png");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "./tandem generate apple --steps 1 --output FOLDER/a.png --json",
        PLAN,
        PLAN + " --json",
        "./tandem devices --no-probe",
        "./tandem profile check profiles/two-opencl-cores.json",
        "./tandem --help",
        "./tandem --version"
      })
  void outputThatCannotBeWrittenIsAFailure(String command) {
    Result r = Shell.run(command.replace("FOLDER", folder.toString()) + " > /dev/full");
    assertThat(r.exitCode()).as(r.err()).isEqualTo(1);
    assertThat(r.err()).contains("tandem: cannot write standard output: No space left on device\n");
  }

  @Test
  void aReaderThatHasEnoughIsNoFailure() {
    Result r = bash("set -o pipefail; " + PLAN + " --json | head -n 1");
    assertThat(r.exitCode()).as(r.err()).isZero();
    assertThat(r.err()).isEmpty();
  }

  @Test
  void placementsGoThroughPipesDevicesAndLinks() throws Exception {
    Path real = Files.writeString(folder.resolve("real.json"), "{}");
    Path link = Files.createSymbolicLink(folder.resolve("link.json"), real);
    Result r = Shell.run(PLAN + " --json --emit /dev/null --report " + link);
    assertThat(r.exitCode()).as(r.err()).isZero();
    assertThat(link).isSymbolicLink();
    assertThat(Files.readString(real)).contains("<html");
    assertThat(bash("test -c /dev/null").exitCode()).isZero();
    Result emitted = bash(PLAN + " --emit >(cat >&2) > /dev/null; wait");
    assertThat(emitted.err()).contains("\"lanes\"");
    Result standard = bash(PLAN + " --emit /dev/stdout | cat");
    assertThat(standard.out()).contains("\"lanes\"").contains("pictures/s");
    String cpu = "{\"lanes\":[{\"text\":\"cpu\",\"decode\":[\"cpu\"],\"denoise\":\"cpu\"}]}";
    Result used = Shell.run(generate("apple --placement /dev/stdin") + "/p.png", "\uFEFF" + cpu);
    assertThat(used.exitCode()).as(used.err()).isZero();
  }

  @Test
  void anotherPromptsPictureIsNotReplaced() throws Exception {
    assertThat(Shell.run(generate("'red apple!'") + "/").exitCode()).isZero();
    byte[] first = Files.readAllBytes(folder.resolve("red-apple-42.png"));
    assertThat(Shell.run(generate("'red, apple' --json") + "/").out())
        .contains("red-apple-42-2.png");
    assertThat(Files.readAllBytes(folder.resolve("red-apple-42.png"))).isEqualTo(first);
    Shell.run(generate("'red apple!'") + "/");
    assertThat(folder.toFile().list()).hasSize(2);
  }

  @Test
  void promptsHoldAnyCharacter() throws Exception {
    Files.writeString(folder.resolve("style"), "green pear");
    Path prompts =
        Files.writeString(folder.resolve("p.txt"), "\uFEFFred\0\u001b]0;x\u0007 apple\r\n");
    Result r =
        bash(
            "cd "
                + folder
                + "; "
                + Shell.ROOT
                + "/tandem generate @style --file "
                + prompts
                + " --steps 1 --output o/{index}.png --device gone 2>&1; "
                + Shell.ROOT
                + "/tandem generate @style --file "
                + prompts
                + " --steps 1 --output o/{index}.png");
    assertThat(r.exitCode()).as(r.err()).isZero();
    assertThat(r.out() + r.err()).doesNotContain("\u001b").doesNotContain("\0");
    assertThat(folder.resolve("o").toFile().list())
        .containsExactlyInAnyOrder("0000.png", "0001.png");
    assertThat(text("o/0000.png")).contains("parameters\0@style\n");
    assertThat(text("o/0001.png")).contains("parameters\0red  ]0;x  apple\n");
  }

  private String text(String file) throws Exception {
    return Files.readString(folder.resolve(file), StandardCharsets.ISO_8859_1);
  }

  @Test
  void whatCannotBeWrittenIsFoundBeforeAnythingRuns() {
    Stream.of(
            "./tandem generate apple --model gone --output /proc/a.png",
            "./tandem generate apple --model gone --trace /proc/a.png",
            PLAN + " --model gone --report /proc/a.png",
            "./tandem compare --model gone --csv /proc/a.png",
            "./tandem tune --model gone --device gone --log /proc/a.png --output " + folder + "/p",
            "./tandem calibrate --model gone --output /proc/a.png",
            "./tandem lab --judge gone --output /proc/a.png")
        .forEach(
            command -> {
              Result r = Shell.run(command);
              assertThat(r.exitCode()).as(command).isEqualTo(1);
              assertThat(r.err())
                  .as(command)
                  .startsWith("tandem: cannot write '/proc/a.png")
                  .endsWith("': permission denied\n");
            });
  }

  @Test
  void damagedCachesAreMadeAgain() throws Exception {
    String command = "env XDG_CACHE_HOME=" + folder + " " + generate("apple") + "/a.png";
    assertThat(Shell.run(command).exitCode()).isZero();
    try (var files = Files.walk(folder.resolve("tandem"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.write(file, new byte[(int) Files.size(file)]);
      }
    }
    Result r = Shell.run(command);
    assertThat(r.exitCode()).as(r.err()).isZero();
  }
}
