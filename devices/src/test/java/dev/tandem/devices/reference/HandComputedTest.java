package dev.tandem.devices.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.WeightException;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Operations against numbers that a person can compute on paper. */
class HandComputedTest {
  private static final float[] ONE_TO_NINE = {1, 2, 3, 4, 5, 6, 7, 8, 9};

  @Test
  void convolutionSumsTheNeighbourhood() {
    GraphBuilder b = new GraphBuilder("g");
    Node x = b.input("x", Shape.of(1, 3, 3, 1), DType.F32);
    b.output("y", b.conv2d("c", x, 1, 3, 1, Op.Padding.same(1), true));
    float[] y =
        run(
            b,
            Map.of("x", ONE_TO_NINE),
            Map.of("c.weight", new float[] {1, 1, 1, 1, 1, 1, 1, 1, 1}, "c.bias", floats(100)));
    assertThat(y).containsExactly(112, 121, 116, 127, 145, 133, 124, 139, 128);
  }

  @Test
  void stridedConvolutionPaddedBelowAndRightOnly() {
    GraphBuilder b = new GraphBuilder("g");
    Node x = b.input("x", Shape.of(1, 3, 3, 1), DType.F32);
    b.output("y", b.conv2d("c", x, 1, 2, 2, new Op.Padding(0, 0, 1, 1), false));
    // The kernel [[1, 10], [100, 1000]] shows which pixel met which weight.
    float[] y =
        run(b, Map.of("x", ONE_TO_NINE), Map.of("c.weight", new float[] {1, 10, 100, 1000}));
    assertThat(y).containsExactly(5421, 603, 87, 9);
  }

  @Test
  void linearLayerMultipliesByTheTransposedWeight() {
    GraphBuilder b = new GraphBuilder("g");
    Node x = b.input("x", Shape.of(1, 2, 2), DType.F32);
    b.output("y", b.linear("l", x, 3, true));
    float[] y =
        run(
            b,
            Map.of("x", floats(1, 2, 3, 4)),
            Map.of("l.weight", floats(1, 0, 0, 1, 1, 1), "l.bias", floats(10, 20, 30)));
    assertThat(y).containsExactly(11, 22, 33, 13, 24, 37);
  }

  @Test
  void groupNormMakesMeanZeroAndVarianceOneInEachGroup() {
    GraphBuilder b = new GraphBuilder("g");
    Node x = b.input("x", Shape.of(1, 1, 2, 4), DType.F32);
    b.output("y", b.groupNorm("n", x, 2, 0));
    float[] y =
        run(
            b,
            Map.of("x", floats(1, 3, 10, 30, 1, 3, 10, 30)),
            Map.of("n.weight", floats(1, 1, 1, 2), "n.bias", floats(0, 0, 0, 5)));
    assertThat(y).containsExactly(-1, 1, -1, 7, -1, 1, -1, 7);
  }

  @Test
  void attentionWithEqualScoresAveragesTheValuesThatATokenMaySee() {
    GraphBuilder b = new GraphBuilder("g");
    Node q = b.input("q", Shape.of(1, 3, 2), DType.F32);
    Node v = b.input("v", Shape.of(1, 3, 2), DType.F32);
    b.output("y", b.attention("a", q, q, v, 2, true, 1));
    float[] y = run(b, Map.of("q", new float[6], "v", floats(1, 10, 3, 30, 5, 50)), Map.of());
    assertThat(y).containsExactly(floats(1, 10, 2, 20, 3, 30), within(1e-5f));
  }

  @Test
  void softmaxDoesNotOverflow() {
    float[] y = unary(x -> graph(x, new Op.Softmax(100)), 1000, 1000);
    assertThat(y).containsExactly(0.5f, 0.5f);
    assertThat(unary(x -> graph(x, new Op.Softmax(-1)), 3e38f, -3e38f)).containsExactly(0, 1);
  }

  @Test
  void activationsAtKnownPoints() {
    assertThat(unary(x -> graph(x, new Op.Activate(Activation.RELU)), -2, 3)).containsExactly(0, 3);
    // Values from tables of the logistic, hyperbolic and normal distribution functions.
    assertThat(unary(x -> graph(x, new Op.Activate(Activation.SILU)), 1, -1, -200))
        .containsExactly(floats(0.7310586f, -0.26894143f, 0), within(1e-7f));
    assertThat(unary(x -> graph(x, new Op.Activate(Activation.TANH)), 1, -30))
        .containsExactly(floats(0.7615942f, -1), within(1e-7f));
    assertThat(unary(x -> graph(x, new Op.Activate(Activation.GELU)), 1, -1, 2, 9))
        .containsExactly(floats(0.841345f, -0.158655f, 1.9545f, 9), within(1e-6f));
  }

  @Test
  void aWeightOfTheWrongShapeIsRefusedWithBothShapes() {
    GraphBuilder b = new GraphBuilder("g");
    b.output("y", b.linear("l", b.input("x", Shape.of(1, 2), DType.F32), 3, false));
    try (Arena arena = Arena.ofConfined();
        Device device = Devices.open("reference")) {
      Tensor wrong = Tensor.allocate(arena, Shape.of(2, 3), DType.F32);
      assertThatThrownBy(() -> device.compile(b.build(), _ -> wrong, CompileOptions.DEFAULT))
          .isInstanceOf(WeightException.class)
          .hasMessageContainingAll("'l.weight'", "[2, 3]", "[3, 2]");
    }
  }

  private static float[] floats(float... values) {
    return values;
  }

  private static GraphBuilder graph(int n, Op op) {
    GraphBuilder b = new GraphBuilder("g");
    b.output("y", b.add("op", op, b.input("x", Shape.of(1, n), DType.F32)));
    return b;
  }

  private static float[] unary(IntFunction<GraphBuilder> graph, float... x) {
    return run(graph.apply(x.length), Map.of("x", x), Map.of());
  }

  private static float[] run(
      GraphBuilder builder, Map<String, float[]> inputs, Map<String, float[]> weights) {
    Graph g = builder.build();
    try (Arena arena = Arena.ofConfined();
        Device device = Devices.open("reference")) {
      Map<String, Shape> shapes =
          g.weights().stream().collect(Collectors.toMap(Node::name, Node::shape));
      Weights w = name -> Tensor.of(arena, shapes.get(name), weights.get(name));
      try (Executable e = device.compile(g, w, CompileOptions.DEFAULT)) {
        inputs.forEach((name, values) -> e.input(name).set(values));
        e.run();
        return e.output("y").toFloats();
      }
    }
  }
}
