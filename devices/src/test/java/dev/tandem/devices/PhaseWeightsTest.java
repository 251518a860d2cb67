package dev.tandem.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import dev.tandem.graph.SubpixelConvolution;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhaseWeightsTest {

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 3, 5", "2, 4, 3"})
  void theRewrittenConvolutionGivesTheSamePicture(int batch, int height, int width) {
    GraphBuilder g = new GraphBuilder("up");
    Node x = g.input("x", Shape.of(batch, height, width, 3), DType.F32);
    Node up = g.upsample("up", x, 2 * height, 2 * width);
    g.output("y", g.conv2d("c", up, 4, 3, 1, Op.Padding.same(1), true));
    Graph plain = g.build();
    Weights weights = name -> random(name.hashCode(), plain, name);
    float[] expected = run(plain, weights);
    float[] actual = run(SubpixelConvolution.apply(plain, 1), new PhaseWeights(weights));
    assertThat(actual).containsExactly(expected, within(1e-5f));
  }

  @Test
  void refusesAKernelOfAnotherSize() {
    Weights w = new PhaseWeights(name -> Tensor.of(Arena.ofAuto(), Shape.of(1, 1, 1, 1), 1));
    assertThatThrownBy(() -> w.get("c.weight#phase01"))
        .isInstanceOf(WeightException.class)
        .hasMessage("weight 'c.weight' has shape [1, 1, 1, 1], expected a 3x3 convolution");
  }

  private static Tensor random(int seed, Graph g, String name) {
    Shape s =
        g.nodes().stream().filter(n -> n.name().equals(name)).findFirst().orElseThrow().shape();
    return Tensor.of(Arena.ofAuto(), s, values(seed, s));
  }

  private static float[] values(int seed, Shape s) {
    Random random = new Random(seed);
    float[] v = new float[(int) s.elements()];
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) random.nextGaussian();
    }
    return v;
  }

  private static float[] run(Graph g, Weights weights) {
    try (Device device = Devices.open("reference");
        Executable e = device.compile(g, weights, CompileOptions.DEFAULT)) {
      e.input("x").set(values(1, e.input("x").shape()));
      e.run();
      return e.output("y").toFloats();
    }
  }
}
