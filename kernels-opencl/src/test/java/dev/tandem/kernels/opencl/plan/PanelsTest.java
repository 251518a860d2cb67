package dev.tandem.kernels.opencl.plan;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PanelsTest {
  @Property(tries = 100)
  void everyWeightIsInExactlyOneColumn(
      @ForAll @IntRange(min = 1, max = 50) int rows,
      @ForAll @IntRange(min = 1, max = 9) int depth,
      @ForAll @IntRange(min = 1, max = 9) int taps) {
    float[] w = new float[rows * depth * taps];
    for (int i = 0; i < w.length; i++) {
      w[i] = i + 1;
    }
    Panels p = new Panels(16, 0);
    float[] packed = Laid.of(p.packed(rows, depth, taps), p.count(rows) * 16 * depth * taps, w);
    for (int n = 0; n < rows; n++) {
      for (int c = 0; c < depth; c++) {
        for (int t = 0; t < taps; t++) {
          int at = ((n / 16 * taps + t) * depth + c) * 16 + n % 16;
          assertThat(packed[at]).isEqualTo(w[(n * depth + c) * taps + t]);
          packed[at] = 0;
        }
      }
    }
    assertThat(packed).containsOnly(0);
  }

  @Test
  void gegluColumnsHoldValuesThenGatesOfTheSameResults() {
    Panels p = new Panels(8, 4);
    int[] rows = new int[p.count(10) * 8];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = p.row(i, 10);
    }
    // Five results: values are rows 0 to 4, gates rows 5 to 9.
    assertThat(rows).containsExactly(0, 1, 5, 6, 2, 3, 7, 8, 4, -1, 9, -1, -1, -1, -1, -1);
  }

  @Test
  void biasFollowsTheColumns() {
    assertThat(Laid.of(new Panels(4, 4).packedBias(6), 8, 1, 2, 3, 10, 20, 30))
        .containsExactly(1, 2, 10, 20, 3, 0, 30, 0);
  }
}
