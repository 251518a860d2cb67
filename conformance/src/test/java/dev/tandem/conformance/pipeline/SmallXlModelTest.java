package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A model of the kind of SSD-1B and Segmind-Vega: an XL pipeline whose U-Net has one residual block
 * in the middle and as many transformers in a layer as nested lists say. Random weights; {@code
 * expected.png} is diffusers 0.42.1's "red apple", seed 7, 4 steps, guidance 2.5.
 */
class SmallXlModelTest {
  private static final Path ROOT = Path.of(System.getProperty("tandem.root"));
  private static final Path MODEL = ROOT.resolve("conformance/src/test/resources/ssd-1b-tiny");

  /** Rounding to bytes may fall to the other side. */
  private static final int ROUNDING = 1;

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "opencl:0"})
  void thePictureIsThatOfDiffusers(String device) throws IOException {
    copy(MODEL, dir);
    for (String tokenizer : new String[] {"tokenizer", "tokenizer_2"}) {
      copy(ROOT.resolve("models/default/tokenizer"), dir.resolve(tokenizer));
    }
    Request request = Request.of("red apple").withSeed(7).withSteps(4).withGuidance(2.5f);
    try (Tandem tandem = Tandem.open(dir, Placement.on(device))) {
      Picture picture = tandem.generate(request);
      BufferedImage expected = ImageIO.read(MODEL.resolve("expected.png").toFile());
      assertThat(picture.width()).isEqualTo(expected.getWidth());
      assertThat(largestDifference(picture.toBufferedImage(), expected))
          .isLessThanOrEqualTo(ROUNDING);
    }
  }

  private static int largestDifference(BufferedImage a, BufferedImage b) {
    int largest = 0;
    for (int y = 0; y < b.getHeight(); y++) {
      for (int x = 0; x < b.getWidth(); x++) {
        for (int shift = 0; shift < 24; shift += 8) {
          int one = a.getRGB(x, y) >> shift & 255;
          int other = b.getRGB(x, y) >> shift & 255;
          largest = Math.max(largest, Math.abs(one - other));
        }
      }
    }
    return largest;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path f : files.filter(Files::isRegularFile).toList()) {
        Path copy = to.resolve(from.relativize(f).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(f, copy);
      }
    }
  }
}
