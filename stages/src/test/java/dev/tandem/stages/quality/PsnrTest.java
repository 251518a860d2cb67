package dev.tandem.stages.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class PsnrTest {
  @Test
  void oneStepOfEightBitsEverywhereIs48Point13() {
    assertThat(Psnr.of(new byte[] {0, 1, (byte) 200}, new byte[] {1, 0, (byte) 199}))
        .isCloseTo(20 * Math.log10(255), within(1e-9));
  }

  @Test
  void bytesAreUnsigned() {
    assertThat(Psnr.of(new byte[] {0}, new byte[] {(byte) 255})).isCloseTo(0, within(1e-9));
  }

  @Test
  void equalPicturesAreInfinitelyNear() {
    assertThat(Psnr.of(new byte[] {5}, new byte[] {5})).isInfinite().isPositive();
  }

  @Test
  void otherSizesAreRefused() {
    assertThatThrownBy(() -> Psnr.of(new byte[2], new byte[3])).hasMessageContaining("2 and 3");
  }

  @Test
  void nearestIsTheLargestCosine() {
    List<float[]> candidates = List.of(new float[] {1, 0}, new float[] {0, 1});
    assertThat(UnitVectors.nearest(new float[] {0.6f, 0.8f}, candidates)).isEqualTo(1);
    assertThat(UnitVectors.nearest(new float[] {0.8f, 0.6f}, candidates)).isZero();
    assertThat(UnitVectors.normalised(new float[] {3, 4})).containsExactly(0.6f, 0.8f);
    assertThatThrownBy(() -> UnitVectors.normalised(new float[2])).hasMessageContaining("0.0");
  }
}
