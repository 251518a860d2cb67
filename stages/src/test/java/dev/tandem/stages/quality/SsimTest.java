package dev.tandem.stages.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against scikit-image: {@code training/golden/make_ssim.py} makes the same pictures. */
class SsimTest {
  private static final int WIDTH = 23;
  private static final int HEIGHT = 17;

  @ParameterizedTest
  @CsvSource({
    "waves,1.000000000000",
    "moved,0.647757216886",
    "noisy,0.972192093809",
    "flat,0.067479913434",
    "darker,0.647963645731",
    "inverse,-0.615223669591"
  })
  void equalsScikitImage(String form, double expected) {
    assertThat(Ssim.of(picture("waves"), picture(form), WIDTH, HEIGHT))
        .isCloseTo(expected, within(1e-10));
  }

  @Test
  void isSymmetric() {
    double there = Ssim.of(picture("waves"), picture("noisy"), WIDTH, HEIGHT);
    assertThat(Ssim.of(picture("noisy"), picture("waves"), WIDTH, HEIGHT)).isEqualTo(there);
  }

  @Test
  void otherSizesAreRefused() {
    assertThatThrownBy(() -> Ssim.of(new byte[3 * 11 * 11], new byte[3 * 11 * 12], 11, 11))
        .hasMessageContaining("363 and 396 bytes are not of 11 x 11");
    assertThatThrownBy(() -> Ssim.of(new byte[0], new byte[0], 0, 11)).hasMessageContaining("0 x");
  }

  /** One window: means 100 and 102, no variances. */
  @Test
  void smallPicturesAreOneWindow() {
    byte[] a = {100, 100, 100, 100, 100, 100};
    byte[] b = {102, 102, 102, 102, 102, 102};
    double c1 = 0.01 * 255 * 0.01 * 255;
    assertThat(Ssim.of(a, b, 2, 1))
        .isCloseTo((2 * 100 * 102 + c1) / (100 * 100 + 102 * 102 + c1), within(1e-12));
  }

  private static byte[] picture(String form) {
    byte[] out = new byte[3 * WIDTH * HEIGHT];
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        for (int c = 0; c < 3; c++) {
          out[(y * WIDTH + x) * 3 + c] = (byte) value(form, y, x, c);
        }
      }
    }
    return out;
  }

  private static int value(String form, int y, int x, int c) {
    int waves = (x * 11 + y * 7 + c * 40) % 256;
    return switch (form) {
      case "waves" -> waves;
      case "moved" -> ((x + 1) * 11 + y * 7 + c * 40) % 256;
      case "noisy" -> Math.clamp(waves + (x * 31 + y * 17 + c * 5) % 23 - 11, 0, 255);
      case "flat" -> 128;
      case "darker" -> waves / 2;
      case "inverse" -> 255 - waves;
      default -> throw new IllegalArgumentException(form);
    };
  }
}
