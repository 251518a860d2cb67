package dev.tandem.stages.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TileAxisTest {
  @Property
  void sharesSumToOneInEveryPixel(
      @ForAll @IntRange(min = 1, max = 200) int size,
      @ForAll @IntRange(min = 1, max = 70) int most,
      @ForAll @IntRange(min = 1, max = 8) int scale) {
    TileAxis axis = TileAxis.of(size, most);
    double[] sum = new double[size * scale];
    for (int i = 0; i < axis.count(); i++) {
      float[] shares = axis.shares(i, scale);
      assertThat(shares).hasSize(axis.tile() * scale);
      for (int p = 0; p < shares.length; p++) {
        assertThat(shares[p]).isBetween(0f, 1f);
        sum[axis.starts().get(i) * scale + p] += shares[p];
      }
    }
    for (double s : sum) {
      assertThat(s).isEqualTo(1, within(1e-6));
    }
  }

  @Property
  void tilesHaveOneSizeLieWithinTheSideAndOverlapByAQuarter(
      @ForAll @IntRange(min = 1, max = 200) int size,
      @ForAll @IntRange(min = 2, max = 70) int most) {
    TileAxis axis = TileAxis.of(size, most);
    assertThat(axis.tile()).isEqualTo(Math.min(size, most));
    assertThat(axis.starts().getFirst()).isZero();
    assertThat(axis.starts().getLast() + axis.tile()).isEqualTo(size);
    for (int i = 1; i < axis.count(); i++) {
      int overlap = axis.starts().get(i - 1) + axis.tile() - axis.starts().get(i);
      assertThat(overlap).isBetween(Math.ceilDiv(axis.tile(), 4) - 1, axis.tile() - 1);
    }
  }

  @Test
  void aSingleTileHasAllOfEveryPixel() {
    assertThat(TileAxis.of(5, 5).shares(0, 2)).containsOnly(1f);
    assertThat(TileAxis.of(5, 64).count()).isEqualTo(1);
  }

  @Test
  void aTilesBorderWithinThePictureHasNoShare() {
    TileAxis axis = TileAxis.of(28, 16);
    assertThat(axis.starts()).containsExactly(0, 12);
    float[] first = axis.shares(0, 8);
    assertThat(first[0]).isEqualTo(1);
    assertThat(first[16 * 8 - 1]).isZero();
    assertThat(first[14 * 8]).as("the middle of the overlap").isEqualTo(0.5f, within(0.04f));
  }

  @Test
  void nothingCannotBeCovered() {
    assertThatThrownBy(() -> TileAxis.of(0, 4)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TileAxis.of(4, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
