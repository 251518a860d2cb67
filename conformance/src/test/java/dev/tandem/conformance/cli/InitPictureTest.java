package dev.tandem.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.conformance.cli.Shell.Result;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A picture to begin with, through the launcher. */
class InitPictureTest {
  @TempDir Path folder;

  private static Result generate(String arguments) {
    return Shell.run("./tandem generate " + arguments);
  }

  /** Half of it red, half of it blue, with a margin that no latent covers whole. */
  private Path twoColours(int width, int height) throws Exception {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      Color c = i % width < width / 2 ? Color.RED : Color.BLUE;
      image.setRGB(i % width, i / width, c.getRGB());
    }
    Path file = folder.resolve("init.png");
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  private BufferedImage made(String arguments) throws Exception {
    Path out = folder.resolve("out.png");
    Result r = generate("'red apple' --steps 10 --quiet --output " + out + " " + arguments);
    assertThat(r.exitCode()).as(r.err()).isZero();
    return ImageIO.read(out.toFile());
  }

  private static int red(BufferedImage image, double x) {
    int pixel = image.getRGB((int) (x * image.getWidth()), image.getHeight() / 2);
    return (pixel >> 16 & 255) - (pixel & 255);
  }

  @Test
  void littleStrengthKeepsThePictureAndItsSizeMuchReplacesIt() throws Exception {
    Path init = twoColours(100, 70);
    BufferedImage kept = made("--init " + init + " --strength 0.1");
    assertThat(kept.getWidth()).as("as many whole latents as it has").isEqualTo(96);
    assertThat(kept.getHeight()).isEqualTo(64);
    assertThat(red(kept, 0.25)).as("left half").isGreaterThan(100);
    assertThat(red(kept, 0.75)).as("right half").isLessThan(-100);
    BufferedImage replaced = made("--init " + init + " --strength 1");
    assertThat(red(replaced, 0.75)).isGreaterThan(red(kept, 0.75) + 100);
    assertThat(Files.readString(folder.resolve("out.png"), StandardCharsets.ISO_8859_1))
        .contains(", Denoising strength: 1.0,");
  }

  @Test
  void sizeOptionsComeFirstAndTheReportSaysTheStrength() throws Exception {
    Path init = twoColours(64, 64);
    Result r =
        generate(
            "x --steps 4 --width 32 --height 64 --json --output "
                + folder
                + "/a.png --strength 0.5 --init "
                + init);
    var json = new ObjectMapper().readTree(r.out());
    assertThat(json.at("/pictures/0/strength").asDouble()).isEqualTo(0.5);
    assertThat(json.at("/pictures/0/width").asInt()).isEqualTo(32);
    assertThat(json.at("/stages").findValuesAsText("stage"))
        .containsExactly("encode", "image", "denoise", "decode", "output");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--strength 0.5 | --strength needs a picture: --init FILE",
        "--init none.png | cannot read picture 'none.png': no such file",
        "--init README.md | 'README.md' is no picture",
        "--init docs/pictures.png --strength 0 | strength must be above 0 and at most 1, got 0.0",
        "--init docs/pictures.png --strength 1.5 | strength must be above 0",
      })
  void whatIsWrongIsSaidAndNothingIsWritten(String arguments, String message) {
    Path out = folder.resolve("never.png");
    Result r = generate("x " + arguments + " --output " + out);
    assertThat(r.exitCode()).isNotZero();
    assertThat(r.err()).contains(message);
    assertThat(out).doesNotExist();
  }

  @Test
  void aStrengthThatLeavesNoStepIsRefused() throws Exception {
    Path init = twoColours(64, 64);
    Path out = folder.resolve("never.png");
    Result r = generate("x --steps 4 --strength 0.2 --output " + out + " --init " + init);
    assertThat(r.exitCode()).isNotZero();
    assertThat(r.err())
        .contains("strength 0.2 leaves none of the 4 steps; raise it, or use at least 5 steps");
    assertThat(out).doesNotExist();
  }
}
