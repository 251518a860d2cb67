package dev.tandem.conformance.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.conformance.cli.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
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
    assertThat(other.err()).contains("another guidance: 5.0, now 3.0");
  }

  @Test
  void mistakesAreOneClearLine() {
    Shell.Result setting = lab("--settings fast");
    assertThat(setting.exitCode()).isEqualTo(2);
    assertThat(setting.err()).contains("'fast' is no setting").doesNotContain("\tat ");
    Shell.Result student = lab("--settings gone/ddim-2");
    assertThat(student.exitCode()).isEqualTo(2);
    assertThat(student.err()).contains("needs a student 'gone'");
    Shell.Result judge = lab("--settings ddim-2 --judge models/default");
    assertThat(judge.exitCode()).isEqualTo(1);
    assertThat(judge.err()).contains("image_encoder").doesNotContain("\tat ");
  }
}
