package dev.tandem.conformance.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.conformance.cli.Shell;
import dev.tandem.conformance.pipeline.TinyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./tandem lab} with the real model and judge. */
class LabCommandTest {
  @TempDir Path folder;

  private Shell.Result lab(String arguments) {
    return Shell.run(
        "./tandem lab --reference ddim-4 --pairs 2 --output " + folder + " " + arguments);
  }

  @Test
  void drawsReportsAndResumes() throws Exception {
    Shell.Result first = lab("--settings ddim-2,dpmpp_2m-2");
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(first.out()).contains("2 pairs", "ddim-2", "dpmpp_2m-2", "CLIP score", "PSNR");
    JsonNode json = new ObjectMapper().readTree(folder.resolve("lab-results.json").toFile());
    assertThat(json.at("/pairs").asInt()).isEqualTo(2);
    assertThat(json.at("/settings/0/evaluations").asInt()).isEqualTo(4);
    assertThat(json.at("/settings/0/psnr/value").asDouble()).isBetween(5.0, 100.0);
    assertThat(json.at("/settings/1/cmmd").asDouble()).isPositive();
    assertThat(Files.readString(folder.resolve("lab.html"))).contains("data:image/png;base64,");

    Path drawn = folder.resolve("pictures/ddim-2/0001.png");
    FileTime before = Files.getLastModifiedTime(drawn);
    Shell.Result second = lab("--settings ddim-2,ddim-3");
    assertThat(second.exitCode()).as(second.err()).isZero();
    assertThat(Files.getLastModifiedTime(drawn)).isEqualTo(before);
    assertThat(second.out()).contains("ddim-3").doesNotContain("dpmpp_2m-2");

    Shell.Result other = lab("--settings ddim-2 --guidance 3");
    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.err()).contains("another guidance: 2.5, now 3.0");
  }

  /** Students of a model: the guidance scale is an input, so a step asks the U-Net once. */
  @Test
  void studentsAreComparedWithTheirTeacherByEvaluationsPerPicture() throws Exception {
    Path model = TinyModel.write(folder.resolve("models/default"));
    large(model);
    student("steps-2", "DDIMScheduler");
    student("lcm", "LCMScheduler");
    Shell.Result r =
        Shell.run(
            "./tandem lab --reference ddim-2 --pairs 1 --output "
                + folder
                + " --model "
                + model
                + " --settings ddim-100,steps-2/ddim-2,lcm/lcm-4,lcm/lcm-1");
    assertThat(r.exitCode()).as(r.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(folder.resolve("lab-results.json").toFile());
    assertThat(json.path("settings"))
        .extracting(s -> s.path("setting").asText() + " " + s.path("evaluations").asInt())
        .containsExactly("ddim-100 200", "steps-2/ddim-2 2", "lcm/lcm-4 4", "lcm/lcm-1 1");
    assertThat(json.path("comparisons"))
        .extracting(c -> c.path("setting").asText() + " " + c.path("against").asText())
        .containsExactly("steps-2/ddim-2 ddim-100", "lcm/lcm-4 ddim-100", "lcm/lcm-1 ddim-100");
    assertThat(json.at("/comparisons/0/pairs").asInt()).isEqualTo(1);
    assertThat(json.at("/comparisons/0/speedUp/value").asDouble()).isGreaterThan(1);
    assertThat(json.at("/comparisons/0/verdict").asText()).isEqualTo("too few pairs");
    assertThat(r.out()).containsPattern("(?m)^steps-2/ddim-2 +1 +2 ");
    assertThat(Files.readString(folder.resolve("lab.html")))
        .contains(
            "<td data-name=\"setting\">steps-2/ddim-2</td><td data-name=\"pairs\">1</td>"
                + "<td data-name=\"evals\">2</td>");
  }

  /**
   * Forms beside the model as it is; a study that is stopped is told with another name of files.
   */
  @Test
  void formsAreDrawnBesideTheModelAndHeldAgainstOtherSeeds() throws Exception {
    Shell.Result r = lab("--settings ddim-9+w8,ddim-9+deep:3");
    assertThat(r.exitCode()).as(r.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(folder.resolve("lab-results.json").toFile());
    assertThat(json.path("forms"))
        .extracting(f -> f.path("setting").asText() + " " + f.path("against").asText())
        .containsExactly("ddim-9+w8 ddim-9", "ddim-9+deep:3 ddim-9");
    assertThat(json.at("/forms/0/otherSeedsDifference/pairs").asInt()).isEqualTo(2);
    assertThat(json.at("/settings/0/comparedWith").asText()).isEqualTo("ddim-9");
    assertThat(json.at("/settings/0/ssimLowest").asDouble()).isBetween(0.1, 1.0);
    assertThat(json.at("/settings/0/stepSeconds/value").asDouble()).isPositive();
    assertThat(json.at("/settings/0/multiplyAdds").asDouble()).isGreaterThan(1e9);

    Shell.Result all = lab("--study all --report-only");
    assertThat(all.exitCode()).as(all.err()).isZero();
    assertThat(all.out()).contains("ddim-9+w8", "Not complete");
    Shell.Result caching = lab("--study caching --report-only");
    assertThat(caching.exitCode()).isEqualTo(1);
    assertThat(caching.err()).contains("before the first picture").doesNotContain("\tat ");
  }

  private void student(String name, String scheduler) throws Exception {
    Path model = TinyModel.write(folder.resolve("models").resolve(name));
    Path unet = Shell.ROOT.resolve("conformance/golden/lcm-tiny/unet");
    for (String file : new String[] {"config.json", "diffusion_pytorch_model.safetensors"}) {
      Files.copy(
          unet.resolve(file),
          model.resolve("unet").resolve(file),
          StandardCopyOption.REPLACE_EXISTING);
    }
    large(model);
    Path config = model.resolve("scheduler/scheduler_config.json");
    Files.writeString(config, Files.readString(config).replace("DDIMScheduler", scheduler));
  }

  /** The judge looks at pictures of 128 x 128 pixels. */
  private static void large(Path model) throws Exception {
    Path config = model.resolve("unet/config.json");
    Files.writeString(
        config,
        Files.readString(config).replaceFirst("\"sample_size\": \\d+", "\"sample_size\": 64"));
  }

  @Test
  void interruptedItReportsWhatThereIsAndGoesOnLater() throws Exception {
    Path out = Shell.file(".out");
    Path err = Shell.file(".err");
    String command =
        "./tandem lab --reference ddim-2 --settings ddim-2,ddim-300 --pairs 3 --output " + folder;
    Process process = Shell.start(command, out, err);
    while (process.isAlive() && !Files.exists(folder.resolve("pictures/ddim-2/0002.json"))) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    Shell.Result r = Shell.end(process, command, out, err);
    assertThat(r.exitCode()).as(r.err()).isEqualTo(130);
    assertThat(r.out()).contains("Not drawn yet: [ddim-300]").contains("up to 3 pairs");
    JsonNode json = new ObjectMapper().readTree(folder.resolve("lab-results.json").toFile());
    assertThat(json.path("complete").asBoolean(true)).isFalse();
    assertThat(json.at("/settings/0/pairs").asInt()).isEqualTo(3);
    assertThat(folder.resolve("lab.html")).exists();
    assertThat(folder.resolve("lab-results.csv")).exists();
  }

  @Test
  void mistakesAreOneClearLine() {
    Shell.Result setting = lab("--settings fast");
    assertThat(setting.exitCode()).isEqualTo(2);
    assertThat(setting.err()).contains("'fast' is no setting").doesNotContain("\tat ");
    Shell.Result student = lab("--settings gone/ddim-2");
    assertThat(student.exitCode()).isEqualTo(2);
    assertThat(student.err()).contains("needs a model 'gone'");
    Shell.Result study = lab("--study speed");
    assertThat(study.exitCode()).isEqualTo(2);
    assertThat(study.err()).contains("no study 'speed'").contains("quantisation, pruning, caching");
    Shell.Result both = lab("--study caching --settings ddim-2");
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err()).contains("--study and --settings exclude each other");
    Shell.Result pruned = lab("--study pruning");
    assertThat(pruned.exitCode()).isEqualTo(2);
    assertThat(pruned.err()).contains("--pruned").doesNotContain("\tat ");
    Shell.Result minutes = lab("--settings ddim-2 --minutes 0");
    assertThat(minutes.exitCode()).isEqualTo(2);
    assertThat(minutes.err()).contains("--minutes must be 1 to 100000, got 0");
    Shell.Result judge = lab("--settings ddim-2 --judge models/default");
    assertThat(judge.exitCode()).isEqualTo(1);
    assertThat(judge.err()).contains("image_encoder").doesNotContain("\tat ");
  }
}
