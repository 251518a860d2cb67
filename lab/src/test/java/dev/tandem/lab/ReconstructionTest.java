package dev.tandem.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Against diffusers and scikit-image: {@code training/golden/make_reconstruction.py} made the
 * autoencoder, makes the same pictures, and printed these values.
 */
class ReconstructionTest {
  private static final int SIZE = 32;
  private static final LatentSpace SPACE = new LatentSpace(4, 4);
  private static final Path FOLDER = Path.of("src/test/resources/latent/f4-c4");
  private static final double[] PSNR = {
    5.873223, 5.969277, 5.579819, 5.878839, 5.935305, 5.689482, 5.653806, 5.724860
  };
  private static final double[] SSIM = {
    0.02642909, 0.03285947, 0.00964557, 0.00598753, 0.01009017, -0.02672415, -0.02726963, 0.00174456
  };

  @Test
  void isWhatDiffusersAndScikitImageSay() {
    Reconstruction all = of(IntStream.range(0, PSNR.length).toArray());
    assertThat(all.pictures()).isEqualTo(PSNR.length);
    assertThat(all.psnr().value())
        .isCloseTo(Arrays.stream(PSNR).average().orElseThrow(), within(1e-3));
    assertThat(all.ssim().value())
        .isCloseTo(Arrays.stream(SSIM).average().orElseThrow(), within(1e-4));
    assertThat(all.psnr()).isEqualTo(MeanInterval.of(each(all.pictures())));
    assertThat(all.weights()).isEqualTo(16595);
  }

  private static double[] each(int pictures) {
    return IntStream.range(0, pictures).mapToDouble(k -> of(k).psnr().value()).toArray();
  }

  @Test
  void ofOnePictureThereIsNoInterval() {
    Reconstruction one = of(3);
    assertThat(one.psnr().value()).isCloseTo(PSNR[3], within(1e-3));
    assertThat(one.ssim().value()).isCloseTo(SSIM[3], within(1e-4));
    assertThat(one.psnr().bounded()).isFalse();
  }

  @Test
  void anAutoencoderOfAnotherKindIsRefused() {
    try (Device device = Devices.open("reference")) {
      assertThatThrownBy(
              () ->
                  Reconstruction.of(
                      FOLDER, new LatentSpace(8, 4), List.of(picture(0)), SIZE, device))
          .isInstanceOf(LabException.class)
          .hasMessageContaining("makes pictures 4 times smaller, with 4 channels")
          .hasMessageContaining("f8-c4");
    }
  }

  private static Reconstruction of(int... pictures) {
    try (Device device = Devices.open("reference")) {
      List<float[]> images = Arrays.stream(pictures).mapToObj(k -> picture(k)).toList();
      return Reconstruction.of(FOLDER, SPACE, images, SIZE, device);
    }
  }

  private static float[] picture(int k) {
    float[] out = new float[SIZE * SIZE * 3];
    for (int i = 0; i < out.length; i++) {
      int c = i % 3;
      int x = i / 3 % SIZE;
      int y = i / 3 / SIZE;
      out[i] = (x * (3 + k) + y * 7 + c * 40 + x * y % (k + 2)) % 256 / 255f;
    }
    return out;
  }
}
