package dev.tandem.stages.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The histogram against the values themselves. */
class HistogramTest {
  private static double[] heavyTailed(int n) {
    Random random = new Random(5);
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) Math.pow(random.nextGaussian(), 3);
    }
    return x;
  }

  private static double error(double[] x, double scale) {
    double error = 0;
    for (double v : x) {
      double d = Math.clamp(Math.rint(v / scale), -127, 127) * scale - v;
      error += d * d;
    }
    return error;
  }

  @Test
  void noiseIsThatOfTheValues() {
    double[] x = heavyTailed(20_000);
    Histogram h = new Histogram();
    double signal = 0;
    for (double v : x) {
      h.add((float) v);
      signal += v * v;
    }
    for (double scale : new double[] {0.01, 0.1, 0.4}) {
      double expected = 10 * Math.log10(signal / error(x, scale));
      assertThat(h.noise(scale).db()).isCloseTo(expected, Offset.offset(0.1));
    }
  }

  @Test
  void noOtherScaleIsMuchBetterThanTheBest() {
    double[] x = heavyTailed(20_000);
    Histogram h = new Histogram();
    double largest = 0;
    for (double v : x) {
      h.add((float) v);
      largest = Math.max(largest, Math.abs(v));
    }
    double least = Double.POSITIVE_INFINITY;
    for (int i = 1; i <= 500; i++) {
      least = Math.min(least, error(x, largest / 127 * i / 500));
    }
    assertThat(error(x, h.bestScale()))
        .isLessThan(1.02 * least)
        .isLessThan(error(x, largest / 127));
  }

  @Test
  void nothingButZerosHasAScaleAllTheSame() {
    Histogram h = new Histogram();
    h.add(0);
    assertThat(h.bestScale()).isEqualTo(1);
  }
}
