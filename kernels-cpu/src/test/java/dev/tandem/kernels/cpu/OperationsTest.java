package dev.tandem.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Forms that this device computes in ways of its own, against the reference device. */
class OperationsTest {
  private static final double BOUND = 2e-5;

  private static Arguments of(String name, Function<GraphBuilder, Node> build) {
    GraphBuilder b = new GraphBuilder(name);
    Node result = build.apply(b);
    return Arguments.of(name, b.output("y", result).build());
  }

  private static Node in(GraphBuilder b, String name, int... dims) {
    return b.input(name, Shape.of(dims), DType.F32);
  }

  static Stream<Arguments> graphs() {
    Op.Padding one = Op.Padding.same(1);
    return Stream.of(
        of("conv", b -> b.conv2d("c", in(b, "x", 2, 8, 8, 16), 24, 3, 1, one, true)),
        of("conv few", b -> b.conv2d("c", in(b, "x", 1, 7, 5, 3), 5, 3, 1, one, true)),
        of(
            "conv asymmetric",
            b ->
                b.conv2d("c", in(b, "x", 2, 8, 8, 16), 8, 3, 2, new Op.Padding(0, 0, 1, 1), false)),
        of(
            "conv row addend",
            b ->
                b.add(
                    "s",
                    b.conv2d("c", in(b, "x", 2, 8, 8, 16), 24, 3, 1, one, true),
                    in(b, "t", 2, 1, 1, 24))),
        of(
            "conv residual silu",
            b ->
                b.activate(
                    "a",
                    b.add(
                        "s",
                        b.conv2d("c", in(b, "x", 2, 8, 8, 16), 24, 1, 1, Op.Padding.NONE, true),
                        in(b, "t", 2, 8, 8, 24)),
                    Activation.SILU)),
        of("linear", b -> b.linear("l", in(b, "x", 2, 9, 16), 24, true)),
        of(
            "linear quick gelu",
            b ->
                b.activate("a", b.linear("l", in(b, "x", 9, 16), 24, true), Activation.QUICK_GELU)),
        of(
            "linear residual",
            b -> b.add("s", b.linear("l", in(b, "x", 2, 9, 16), 24, false), in(b, "r", 2, 9, 24))),
        of("geglu linear", b -> b.geglu("g", b.linear("l", in(b, "x", 2, 9, 16), 48, true))),
        of("geglu", b -> b.geglu("g", in(b, "x", 2, 9, 48))),
        of("group norm", b -> b.groupNorm("n", in(b, "x", 2, 8, 8, 64), 32, 1e-5f)),
        of("group norm one pixel", b -> b.groupNorm("n", in(b, "x", 2, 1, 1, 64), 4, 1e-5f)),
        of(
            "group norm silu",
            b ->
                b.activate(
                    "a", b.groupNorm("n", in(b, "x", 3, 5, 7, 36), 12, 1e-6f), Activation.SILU)),
        of("layer norm", b -> b.layerNorm("n", in(b, "x", 2, 9, 40), 1e-5f)),
        of("softmax", b -> b.softmax("s", in(b, "x", 2, 9, 40), 3f)),
        of("attention", b -> attention(b, 2, 20, 20, 4, 8, false)),
        of("cross attention", b -> attention(b, 2, 20, 7, 4, 8, false)),
        of("causal attention", b -> attention(b, 2, 20, 20, 3, 16, true)),
        of("tiled attention", b -> attention(b, 2, 1100, 1100, 1, 16, false)),
        of("tiled causal attention", b -> attention(b, 2, 1100, 1100, 1, 16, true)),
        of("matmul", b -> matMul(b, false)),
        of("matmul transposed", b -> matMul(b, true)),
        of("add", b -> b.add("s", in(b, "x", 2, 3, 4), in(b, "t", 2, 3, 4))),
        of("add rows", b -> b.add("s", in(b, "x", 2, 3, 4), in(b, "t", 1, 3, 4))),
        of("add row", b -> b.add("s", in(b, "x", 2, 3, 4), in(b, "t", 1, 1, 4))),
        of("add row each", b -> b.add("s", in(b, "x", 2, 3, 3, 4), in(b, "t", 2, 1, 1, 4))),
        of("add column", b -> b.add("s", in(b, "x", 2, 3, 4), in(b, "t", 2, 3, 1))),
        of("add mixed", b -> b.add("s", in(b, "x", 2, 3, 4, 5), in(b, "t", 1, 3, 1, 5))),
        of("scale", b -> b.scale("s", in(b, "x", 2, 3, 4), 2.5f, -1f)),
        of("tanh", b -> b.activate("a", in(b, "x", 2, 3, 4), Activation.TANH)),
        of("gelu", b -> b.activate("a", in(b, "x", 2, 3, 4), Activation.GELU)),
        of("relu", b -> b.activate("a", in(b, "x", 2, 3, 4), Activation.RELU)),
        of("concat", b -> b.concat("c", in(b, "x", 2, 3, 4, 8), in(b, "t", 2, 3, 4, 6), -1)),
        of("concat rows", b -> b.concat("c", in(b, "x", 2, 3, 4), in(b, "t", 2, 5, 4), 1)),
        of("upsample", b -> b.upsample("u", in(b, "x", 2, 3, 4, 8), 6, 8)),
        of("upsample odd", b -> b.upsample("u", in(b, "x", 2, 3, 5, 8), 5, 9)),
        of("timestep", b -> b.add("t", new Op.TimestepEmbedding(32, true, 0), in(b, "x", 3))));
  }

  private static Node attention(
      GraphBuilder b, int batch, int rows, int keys, int heads, int size, boolean causal) {
    Node q = in(b, "q", batch, rows, heads * size);
    Node k = in(b, "k", batch, keys, heads * size);
    Node v = in(b, "v", batch, keys, heads * size);
    return b.attention("a", q, k, v, heads, causal, (float) (1 / Math.sqrt(size)));
  }

  private static Node matMul(GraphBuilder b, boolean transposed) {
    Node x = in(b, "x", 2, 3, 5, 7);
    return b.matMul(
        "m", x, transposed ? in(b, "y", 2, 3, 4, 7) : in(b, "y", 2, 3, 7, 4), transposed, 0.5f);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("graphs")
  void equalsReference(String name, Graph graph) {
    float[] expected = run("reference", graph);
    for (String device : new String[] {"cpu", "cpu,threads=1"}) {
      float[] actual = run(device, graph);
      assertThat(actual).hasSameSizeAs(expected);
      float largest = 0;
      for (float e : expected) {
        largest = Math.max(largest, Math.abs(e));
      }
      for (int i = 0; i < expected.length; i++) {
        assertThat((double) actual[i])
            .as("%s on %s at %d", name, device, i)
            .isCloseTo(expected[i], org.assertj.core.data.Offset.offset(BOUND * largest));
      }
    }
  }

  private static float[] run(String device, Graph graph) {
    Random random = new Random(1);
    try (Arena arena = Arena.ofConfined();
        Device d = Devices.open(device)) {
      Map<String, Tensor> weights = new HashMap<>();
      for (Node w : graph.weights()) {
        weights.put(w.name(), fill(Tensor.allocate(arena, w.shape(), DType.F32), random));
      }
      Executable e = d.compile(graph, weights::get, CompileOptions.DEFAULT);
      for (Node i : graph.inputs()) {
        fill(e.input(i.name()), random);
      }
      e.run();
      e.run();
      return e.output("y").toFloats();
    }
  }

  private static Tensor fill(Tensor t, Random random) {
    float[] values = new float[(int) t.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return t.set(values);
  }
}
