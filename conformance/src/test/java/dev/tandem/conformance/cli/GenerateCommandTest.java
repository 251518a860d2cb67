package dev.tandem.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.conformance.cli.Shell.Result;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line through the launcher, as a user meets it. */
class GenerateCommandTest {
  @TempDir Path folder;

  private Result generate(String arguments) {
    return Shell.run("./tandem generate " + arguments);
  }

  @Test
  void writesAPictureAndAShortTable() throws Exception {
    Path file = folder.resolve("a.png");
    Result r = generate("'red apple, flat style' --steps 2 --seed 7 --output " + file);
    assertThat(r.exitCode()).as(r.err()).isZero();
    var image = ImageIO.read(file.toFile());
    assertThat(image.getWidth()).isEqualTo(128);
    assertThat(image.getHeight()).isEqualTo(128);
    assertThat(r.err()).contains(file.toString());
    assertThat(r.out().lines().map(l -> l.replaceFirst(" .*", "")))
        .containsExactly("stage", "encode", "denoise", "decode", "output", "1");
    assertThat(r.out()).contains("pictures/s", "overlap");
  }

  @Test
  void pictureIUsesSeedPlusIWhateverRunsBesideIt() throws Exception {
    generate(
        "'red apple' 'penguin' --count 2 --steps 2 --seed 5 --quiet --output "
            + folder
            + "/{index}.png");
    Result alone = generate("penguin --steps 2 --seed 8 --quiet --output " + folder + "/alone.png");
    assertThat(alone.out() + alone.err()).isEmpty();
    assertThat(pixels("alone.png")).isEqualTo(pixels("0003.png"));
    assertThat(pixels("0002.png")).isNotEqualTo(pixels("0003.png"));
  }

  private int[] pixels(String name) throws Exception {
    var image = ImageIO.read(folder.resolve(name).toFile());
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }

  @Test
  void guidanceCanBeRescaledAndThresholded() throws Exception {
    String common =
        "'red apple' --guidance 9 --steps 3 --sampler dpmpp_2m --quiet --output " + folder;
    generate(common + "/plain.png");
    generate(common + "/rescaled.png --guidance-rescale 0.7");
    generate(common + "/limited.png --dynamic-threshold 0.9 --threshold-max 5");
    assertThat(pixels("plain.png"))
        .isNotEqualTo(pixels("rescaled.png"))
        .isNotEqualTo(pixels("limited.png"));
    assertThat(pixels("rescaled.png")).isNotEqualTo(pixels("limited.png"));
  }

  @Test
  void etaAddsNoiseThatTheSeedDecides() throws Exception {
    String common = "'red apple' --sampler ddim --steps 3 --output " + folder;
    generate(common + "/plain.png --quiet");
    generate(common + "/zero.png --quiet --eta 0");
    Result one = generate(common + "/one.png --json --eta 1");
    generate(common + "/again.png --quiet --eta 1");
    generate(common + "/other.png --quiet --eta 1 --seed 43");
    assertThat(pixels("zero.png")).isEqualTo(pixels("plain.png"));
    assertThat(pixels("again.png")).isEqualTo(pixels("one.png")).isNotEqualTo(pixels("plain.png"));
    assertThat(pixels("other.png")).isNotEqualTo(pixels("one.png"));
    JsonNode json = new ObjectMapper().readTree(one.out());
    assertThat(json.at("/pictures/0/eta").asDouble(-1)).isEqualTo(1);
    assertThat(Files.readString(folder.resolve("one.png"), StandardCharsets.ISO_8859_1))
        .contains(", Eta DDIM: 1, Model");
  }

  @Test
  void jsonHoldsWhatTheTableHolds() throws Exception {
    Result r =
        Shell.run(
            "./tandem generate - --negative blurry --steps 2 --json --output " + folder + "/",
            "red apple\n\ntiger face\n");
    JsonNode json = new ObjectMapper().readTree(r.out());
    assertThat(r.exitCode()).as(r.err()).isZero();
    assertThat(json.at("/pictures/1/prompt").asText()).isEqualTo("tiger face");
    assertThat(json.at("/pictures/1/seed").asLong()).isEqualTo(43);
    assertThat(json.at("/pictures/1/negative").asText()).isEqualTo("blurry");
    assertThat(Path.of(json.at("/pictures/1/file").asText())).exists();
    assertThat(json.get("done").asInt()).isEqualTo(2);
    assertThat(json.at("/stages/1/stage").asText()).isEqualTo("denoise");
    assertThat(json.at("/stages/1/busySeconds").asDouble()).isPositive();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          apple --width 100            | 2 | width must be divisible by 8, got 100; try 96 or 104
          apple --steps 0              | 2 | steps must be 1 to 1000, got 0
          apple --steps many           | 2 | 'many' is not an int
          apple --count 0              | 2 | --count must be 1 to 1000000, got 0
          apple --seed -2              | 2 | --seed must be 0 to 18446744073709551615, or -1 (draw one), got '-2'
          apple --seed 18446744073709551615 --count 2 | 2 | choose one of at most 18446744073709551614
          apple --trace /proc/no/t.json | 1 | cannot write '/proc/no/t.json'
          apple --sampler magic        | 2 | magic
          apple --guidance-rescale 2   | 2 | guidance rescale must be 0 to 1, got 2.0
          apple --dynamic-threshold 0.9 --sampler euler | 2 | sampler 'euler' has no dynamic thresholding
          apple --eta 1.5              | 2 | eta must be 0 to 1, got 1.5
          apple --eta 0 --sampler ddpm | 2 | sampler 'ddpm' has no eta; those that have it: ddim
          apple --threshold-max 3      | 2 | a largest limit of 3.0 needs a ratio
          apple --output {model}.png   | 2 | unknown placeholder
          apple --output a.png --count 2 | 2 | same file
          apple --frobnicate           | 2 | --frobnicate
          --file gone.txt              | 2 | cannot read prompts from 'gone.txt': no such file
          --quiet                      | 2 | no prompt given
          apple --model gone           | 1 | gone does not exist
          apple --model README.md      | 1 | README.md is not a folder
          apple --device warp          | 1 | unknown device 'warp'; found: cpu
          apple --device cpu,threads=0 | 1 | threads=0
          apple --strategy magic --devices cpu | 2 | strategy 'magic' does not exist; there are: single
          apple --strategy stage --devices cpu | 2 | strategy 'stage' needs 2 devices, got [cpu]
          apple --strategy auto        | 2 | --strategy needs --devices
          apple --devices cpu          | 2 | add --strategy auto
          apple --placement gone.json  | 2 | cannot read placement 'gone.json': no such file
          apple --order any            | 2 | order is 'any': it must be 'prompt' or 'finished'
          apple --output /proc/x/a.png | 1 | cannot write '/proc/x/a.png'
          """)
  void aMistakeIsOneClearLine(String arguments, int exitCode, String message) {
    Result r = generate(arguments + " --steps 1".repeat(arguments.contains("--steps") ? 0 : 1));
    assertThat(r.exitCode()).as(r.err()).isEqualTo(exitCode);
    List<String> lines = r.err().lines().filter(l -> l.startsWith("tandem: ")).toList();
    assertThat(lines).as(r.err()).hasSize(1);
    assertThat(lines.getFirst()).contains(message);
    assertThat(r.err()).doesNotContain("\tat ");
    assertThat(Files.exists(Shell.ROOT.resolve("a.png"))).isFalse();
  }

  @Test
  void aTraceHasEveryOperationWithinItsRun() throws Exception {
    Path file = folder.resolve("t.json");
    Result r = generate("apple --steps 1 --quiet --output " + folder + "/a.png --trace " + file);
    assertThat(r.exitCode()).as(r.err()).isZero();
    JsonNode events = new ObjectMapper().readTree(file.toFile()).get("traceEvents");
    double[] run = {Double.MAX_VALUE, 0};
    double[] operations = {Double.MAX_VALUE, 0};
    int count = 0;
    for (JsonNode e : events) {
      boolean operation = e.path("cat").asText().equals("operation");
      if (e.at("/args/stage").asText().equals("decode")
          && (operation || e.path("cat").asText().equals("run"))) {
        double[] of = operation ? operations : run;
        of[0] = Math.min(of[0], e.get("ts").asDouble());
        of[1] = Math.max(of[1], e.get("ts").asDouble() + e.get("dur").asDouble());
        count++;
      }
    }
    assertThat(count).isGreaterThan(10);
    assertThat(operations[0]).isGreaterThanOrEqualTo(run[0]);
    assertThat(operations[1]).isLessThanOrEqualTo(run[1]);
  }

  @Test
  void picturesAreMadeThoughTheirTraceFindsTheDiskFull() {
    Result r = generate("apple --steps 2 --output " + folder + "/a.png --trace /dev/full");
    assertThat(r.exitCode()).isEqualTo(1);
    assertThat(folder.resolve("a.png")).exists();
    assertThat(r.err().lines().filter(l -> l.startsWith("tandem: "))).hasSize(1);
    assertThat(r.err()).contains("--trace", "/dev/full", "no space left");
  }

  @Test
  void seedsOf64BitsAreWrittenUnsignedEverywhere() throws Exception {
    Result r =
        generate(
            "apple --steps 1 --count 2 --seed 9223372036854775807 --json --output " + folder + "/");
    JsonNode json = new ObjectMapper().readTree(r.out());
    assertThat(json.at("/pictures/1/seed").asText()).isEqualTo("9223372036854775808");
    Path file = folder.resolve("apple-9223372036854775808.png");
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
        .contains("Seed: 9223372036854775808,");
  }

  @Test
  void debugShowsTheStackTrace() {
    assertThat(generate("apple --model gone --debug").err()).contains("\tat dev.tandem");
  }

  @Test
  void aPromptOverTheLimitIsCutWithAWarningThatQuotesIt() {
    String words = "apple ".repeat(40) + "banana";
    Result r = generate("'" + words + "' --steps 1 --output " + folder + "/a.png");
    assertThat(r.exitCode()).isZero();
    assertThat(r.err()).contains("warning").contains("32 tokens").contains("banana");
  }

  @Test
  void interruptKeepsFinishedPicturesAndExits130() throws Exception {
    Path out = Shell.file(".out");
    Path err = Shell.file(".err");
    String command =
        "./tandem generate apple --count 1000000 --steps 20 --json --trace "
            + folder
            + "/t.json --output "
            + folder
            + "/{index}.png";
    Process process = Shell.start(command, out, err);
    while (process.isAlive() && !Files.exists(folder.resolve("0001.png"))) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    Result r = Shell.end(process, command, out, err);
    assertThat(r.exitCode()).as(r.err()).isEqualTo(130);
    assertThat(ImageIO.read(folder.resolve("0000.png").toFile()).getWidth()).isEqualTo(128);
    String[] left = folder.toFile().list();
    assertThat(Arrays.stream(left)).allMatch(name -> name.matches("\\d{4}\\.png|t\\.json"));
    assertThat(left.length).isLessThan(500);
    ObjectMapper mapper = new ObjectMapper();
    JsonNode json = mapper.readTree(r.out());
    assertThat(json.get("done").asInt()).isEqualTo(left.length - 1);
    assertThat(json.get("failed").asInt()).isZero();
    assertThat(json.get("done").asInt() + json.get("cancelled").asInt()).isEqualTo(1_000_000);
    assertThat(mapper.readTree(folder.resolve("t.json").toFile()).get("traceEvents").size())
        .isGreaterThan(100);
  }
}
