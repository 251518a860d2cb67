package dev.tandem.kernels.opencl.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.Tensor;
import dev.tandem.graph.DType;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WeightLayoutTest {
  /** Of Winograd's F(4x4, 3x3), as in Lavin and Gray (2016). */
  private static final double[][] G = {
    {1 / 4.0, 0, 0},
    {-1 / 6.0, -1 / 6.0, -1 / 6.0},
    {-1 / 6.0, 1 / 6.0, -1 / 6.0},
    {1 / 24.0, 1 / 12.0, 1 / 6.0},
    {1 / 24.0, -1 / 12.0, 1 / 6.0},
    {0, 0, 1}
  };

  @Property(tries = 30)
  void winogradKernelsAreThoseOfTheDefinition(
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 9) int depth) {
    float[] w = random(rows * depth * 9);
    Panels p = new Panels(16, 0);
    int panels = p.count(rows);
    float[] laid = Laid.of(WinogradTiles.packed(rows, depth, p), 36 * panels * depth * 16, w);
    for (int i = 0; i < 36; i++) {
      for (int c = 0; c < depth; c++) {
        for (int column = 0; column < panels * 16; column++) {
          int at = ((i * panels + column / 16) * depth + c) * 16 + column % 16;
          float expected = column < rows ? transformed(w, (column * depth + c) * 9, i) : 0;
          assertThat(laid[at]).isEqualTo(expected);
        }
      }
    }
  }

  private static float transformed(float[] w, int kernel, int position) {
    double[] g = G[position / 6];
    double[] h = G[position % 6];
    double[] half = new double[3];
    for (int x = 0; x < 3; x++) {
      half[x] = g[0] * w[kernel + x] + g[1] * w[kernel + 3 + x] + g[2] * w[kernel + 6 + x];
    }
    return (float) (h[0] * half[0] + h[1] * half[1] + h[2] * half[2]);
  }

  @Test
  void weightsLongerThanABufferKeepTheirOrderInBothPrecisions() {
    int n = 3 * WeightLayout.CHUNK + 5;
    float[] w = random(n);
    assertThat(Laid.of(WeightLayout.PLAIN, n, w)).isEqualTo(w);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment halves = arena.allocate(2L * n, 2);
      for (int i = 0; i < n; i++) {
        halves.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(w[i]));
      }
      MemorySegment to = arena.allocate(2L * n, 2);
      WeightLayout.PLAIN.lay(
          WeightLayout.Source.of(new Tensor(Shape.of(n), DType.F16, halves)),
          new WeightLayout.Target(to, true));
      assertThat(to.mismatch(halves)).isEqualTo(-1);
    }
  }

  private static float[] random(int n) {
    Random random = new Random(n);
    float[] w = new float[n];
    for (int i = 0; i < n; i++) {
      w[i] = (float) random.nextGaussian();
    }
    return w;
  }
}
