package dev.tandem.stages.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.WeightException;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Shape;
import dev.tandem.stages.checkpoint.ModelWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights of 8 and 4 bits: what they stand for, and what a graph of them computes. */
class PackedWeightsTest {

  /** The U-Net of real numbers with each weight replaced by what its packed numbers stand for. */
  @ParameterizedTest
  @CsvSource({"sd1, 8, 0", "sd2, 4, 32", "sdxl, 4, 64", "lcm, 8, 0", "sd2, 8, 0"})
  void aGraphOfPackedWeightsIsTheRealOneOfWhatTheyStandFor(String kind, int bits, int group) {
    Form form = new Form(bits, group, false);
    Subject subject = Subject.of(kind);
    try (ModelWeights real = subject.weights();
        QuantizedWeights packed = new QuantizedWeights(subject.weights(), form);
        Arena arena = Arena.ofShared()) {
      List<String> products = QuantizePass.products(subject.graph(), form);
      Weights unpacked =
          name ->
              name.endsWith(".weight") && products.contains(name.replaceFirst("\\.weight$", ""))
                  ? unpack(arena, packed, name, real.get(name).shape(), form)
                  : real.get(name);
      float[] expected = Subject.output(subject.graph(), unpacked);
      float[] actual = Subject.output(QuantizePass.apply(subject.graph(), form), packed);
      float[] exact = Subject.output(subject.graph(), real);
      assertThat(Subject.distance(actual, expected)).isLessThan(1e-5);
      assertThat(Subject.distance(actual, exact)).isBetween(1e-4, bits == 8 ? 0.1 : 0.8);
    }
  }

  @Test
  void eightBitsAreAtMostHalfAStepAway() {
    Shape shape = Shape.of(5, 3, 3, 3);
    float[] w = random(5 * 27, 1);
    Packed p = new Packing(Form.w8()).pack(w, shape);
    assertThat(p.scale().shape()).isEqualTo(Shape.of(5, 1));
    double error = 0;
    double signal = 0;
    for (int i = 0; i < w.length; i++) {
      float scale = p.scale().getFloat(i / 27);
      double d = p.numbers().getInt(i) * (double) scale - w[i];
      assertThat(Math.abs(d)).isLessThanOrEqualTo(scale * 0.5001);
      error += d * d;
      signal += (double) w[i] * w[i];
    }
    assertThat(p.noise().db()).isCloseTo(10 * Math.log10(signal / error), within(1e-3));
  }

  /** With 16 values it pays to cut off what is far out. */
  @Test
  void fourBitsLoseLessThanWithTheLargestNumberAsTheScaleSays() {
    float[] w = random(64 * 33, 2);
    Packed p = new Packing(Form.w4(32)).pack(w, Shape.of(64, 33));
    assertThat(p.numbers().shape()).isEqualTo(Shape.of(64, 17));
    assertThat(p.scale().shape()).isEqualTo(Shape.of(64, 2));
    double plain = 0;
    for (int r = 0; r < 64; r++) {
      for (int from = 0; from < 33; from += 32) {
        int to = Math.min(33, from + 32);
        float largest = 0;
        for (int i = from; i < to; i++) {
          largest = Math.max(largest, Math.abs(w[33 * r + i]));
        }
        for (int i = from; i < to; i++) {
          double d = Math.rint(w[33 * r + i] / largest * 7) * largest / 7 - w[33 * r + i];
          plain += d * d;
        }
      }
    }
    assertThat(p.noise().error()).isLessThan(0.9 * plain);
  }

  @Test
  void zerosStayZeros() {
    for (Form form : List.of(Form.w8(), Form.w4(32))) {
      Packed p = new Packing(form).pack(new float[64], Shape.of(1, 64));
      assertThat(p.noise().error()).isZero();
      assertThat(p.noise().db()).isInfinite();
    }
  }

  @Test
  void aWeightThatIsNotThereIsNamed() {
    Subject subject = Subject.of("sd2");
    try (QuantizedWeights packed = new QuantizedWeights(subject.weights(), Form.w8a8(), Map.of())) {
      assertThatThrownBy(() -> packed.get("conv_outt.weight.numbers"))
          .isInstanceOf(WeightException.class)
          .hasMessageContaining("conv_outt.weight");
      assertThatThrownBy(() -> packed.get("mid_block.resnets.0.conv1.inverse"))
          .isInstanceOf(WeightException.class)
          .hasMessageContainingAll("mid_block.resnets.0.conv1", "no scale");
    }
  }

  private static org.assertj.core.data.Offset<Double> within(double d) {
    return org.assertj.core.data.Offset.offset(d);
  }

  private static float[] random(int n, long seed) {
    Random random = new Random(seed);
    float[] w = new float[n];
    for (int i = 0; i < n; i++) {
      w[i] = (float) random.nextGaussian();
    }
    return w;
  }

  private static Tensor unpack(
      Arena arena, QuantizedWeights packed, String name, Shape shape, Form form) {
    Tensor numbers = packed.get(name + ".numbers");
    Tensor scale = packed.get(name + ".scale");
    int rows = shape.dim(0);
    int row = Math.toIntExact(shape.elements() / rows);
    float[] w = new float[rows * row];
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < row; i++) {
        int number;
        int group = 0;
        if (form.bits() == 8) {
          number = numbers.data().get(ValueLayout.JAVA_BYTE, (long) r * row + i);
        } else {
          int pair = numbers.data().get(ValueLayout.JAVA_BYTE, (long) r * ((row + 1) / 2) + i / 2);
          number = (i % 2 == 0 ? pair & 15 : (pair & 255) >> 4) - 8;
          group = i / form.group();
        }
        w[r * row + i] = number * scale.getFloat((long) r * scale.shape().dim(1) + group);
      }
    }
    return Tensor.of(arena, shape, w);
  }
}
