package dev.tandem.stages.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SsimTest {
  private static final int WIDTH = 23;
  private static final int HEIGHT = 17;

  private static byte[] picture() {
    byte[] a = new byte[WIDTH * HEIGHT * 3];
    for (int i = 0; i < a.length; i++) {
      a[i] = (byte) ((i * i * 7 + i * 13) % 251);
    }
    return a;
  }

  private static byte[] changed(byte[] a) {
    byte[] b = new byte[a.length];
    for (int i = 0; i < b.length; i++) {
      b[i] = (byte) (((a[i] & 255) * 3 + i % 29 * 5) / 4 % 256);
    }
    return b;
  }

  /**
   * By scikit-image 0.26 of the luma: {@code structural_similarity(a, b, data_range=255,
   * gaussian_weights=True, sigma=1.5, use_sample_covariance=False)}.
   */
  @Test
  void asScikitImageComputesIt() {
    assertThat(Ssim.of(picture(), changed(picture()), WIDTH, HEIGHT))
        .isCloseTo(0.9328629405322524, within(1e-9));
  }

  /** Without variance only the means are left: (2ab + c) / (a² + b² + c). */
  @Test
  void ofEvenPicturesTheMeansAreLeft() {
    byte[] a = new byte[12 * 12 * 3];
    byte[] b = new byte[12 * 12 * 3];
    Arrays.fill(a, (byte) 100);
    Arrays.fill(b, (byte) 200);
    double c = 2.55 * 2.55;
    assertThat(Ssim.of(a, b, 12, 12)).isCloseTo((40000 + c) / (50000 + c), within(1e-9));
  }

  @Test
  void equalPicturesAreOneAndNegativesAreBelowZero() {
    byte[] a = picture();
    byte[] negative = new byte[a.length];
    for (int i = 0; i < a.length; i++) {
      negative[i] = (byte) (255 - (a[i] & 255));
    }
    assertThat(Ssim.of(a, a, WIDTH, HEIGHT)).isCloseTo(1, within(1e-12));
    assertThat(Ssim.of(a, negative, WIDTH, HEIGHT)).isNegative();
  }

  @Test
  void smallPicturesHaveASmallWindow() {
    byte[] a = {1, 2, 3, 4, 5, 6};
    assertThat(Ssim.of(a, a, 2, 1)).isCloseTo(1, within(1e-12));
  }

  @Test
  void otherSizesAreRefused() {
    assertThatThrownBy(() -> Ssim.of(new byte[12], new byte[12], 3, 1))
        .hasMessageContaining("12 and 12 bytes cannot be compared as 3x1");
    assertThatThrownBy(() -> Ssim.of(new byte[12], new byte[9], 2, 2)).hasMessageContaining("9");
  }
}
