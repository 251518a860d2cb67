package dev.tandem.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Result shapes, and errors that tell a person which operation of which node met which shapes. */
class ShapeInferenceTest {
  private static final Op.Padding NO = Op.Padding.NONE;

  /** A graph that must be refused, and what the message must say. */
  record Bad(String what, Function<GraphBuilder, Node> graph, List<String> says) {
    @Override
    public String toString() {
      return what;
    }
  }

  private static Bad bad(String what, Function<GraphBuilder, Node> graph, String... says) {
    return new Bad(what, graph, List.of(says));
  }

  /** An F32 input named after its shape. */
  private static Node x(GraphBuilder b, int... dims) {
    Shape s = Shape.of(dims);
    return b.input("in" + s, s, DType.F32);
  }

  private static Node ids(GraphBuilder b, int... dims) {
    Shape s = Shape.of(dims);
    return b.input("ids" + s, s, DType.I32);
  }

  private static Op conv(int stride, Op.Padding p, boolean bias, boolean addend) {
    return new Op.Conv2d(stride, p, bias, addend, Activation.NONE);
  }

  static Stream<Bad> badGraphs() {
    return Stream.of(
        bad(
            "conv2d on tokens",
            b -> b.conv2d("n", x(b, 2, 77, 8), 4, 3, 1, NO, true),
            "conv2d 'n'",
            "[2, 77, 8]",
            "4 axes"),
        bad(
            "conv2d with a weight for other channels",
            b -> b.add("n", conv(1, NO, false, false), x(b, 1, 8, 8, 6), b.weight("w", 4, 5, 3, 3)),
            "conv2d 'n'",
            "[1, 8, 8, 6]",
            "6 channels",
            "[4, 5, 3, 3]"),
        bad(
            "conv2d with a kernel larger than the padded input",
            b -> b.conv2d("n", x(b, 1, 2, 8, 4), 4, 5, 1, Op.Padding.same(1), true),
            "conv2d 'n'",
            "[1, 2, 8, 4]",
            "smaller than the kernel"),
        bad(
            "conv2d with stride 0",
            b -> b.conv2d("n", x(b, 1, 8, 8, 4), 4, 3, 0, NO, true),
            "conv2d 'n'",
            "stride 0"),
        bad(
            "conv2d with a bias of another length",
            b ->
                b.add(
                    "n",
                    conv(1, NO, true, false),
                    x(b, 1, 8, 8, 4),
                    b.weight("w", 6, 4, 1, 1),
                    b.weight("c", 5)),
            "conv2d 'n'",
            "bias is [5], expected [6]"),
        bad(
            "conv2d with an addend of another size",
            b ->
                b.add(
                    "n",
                    conv(1, NO, false, true),
                    x(b, 2, 8, 8, 4),
                    b.weight("w", 6, 4, 1, 1),
                    x(b, 1, 1, 1, 6)),
            "conv2d 'n'",
            "addend [1, 1, 1, 6]",
            "[2, 8, 8, 6]"),
        bad(
            "conv2d without its bias",
            b -> b.add("n", conv(1, NO, true, false), x(b, 1, 8, 8, 4), b.weight("w", 4, 4, 1, 1)),
            "conv2d 'n'",
            "takes 3 operands, got 2"),
        bad(
            "linear layer with a weight for other channels",
            b ->
                b.add(
                    "n",
                    new Op.Linear(false, false, Activation.NONE),
                    x(b, 2, 7, 20),
                    b.weight("w", 8, 21)),
            "linear 'n'",
            "[2, 7, 20]",
            "[8, 21]"),
        bad("linear layer on a scalar", b -> b.linear("n", x(b), 4, true), "linear 'n'", "scalar"),
        bad(
            "linear layer on ids",
            b -> b.linear("n", ids(b, 2, 7), 4, true),
            "linear 'n'",
            "operand 0 is I32"),
        bad(
            "linear layer with an addend that would have to repeat",
            b ->
                b.add(
                    "n",
                    new Op.Linear(false, true, Activation.NONE),
                    x(b, 2, 7, 20),
                    b.weight("w", 8, 20),
                    x(b, 1, 7, 8)),
            "linear 'n'",
            "addend is [1, 7, 8], expected [2, 7, 8]"),
        bad(
            "geglulinear with an odd number of columns",
            b -> b.add("n", new Op.GegluLinear(false), x(b, 2, 20), b.weight("w", 9, 20)),
            "geglulinear 'n'",
            "odd"),
        bad(
            "matmul of vectors",
            b -> b.matMul("n", x(b, 4), b.weight("w", 4), false, 1),
            "matmul 'n'",
            "[4] is not a matrix"),
        bad(
            "matmul of other inner extents",
            b -> b.matMul("n", x(b, 2, 3, 4), x(b, 2, 3, 5), false, 1),
            "matmul 'n'",
            "[2, 3, 4]",
            "[2, 3, 5]",
            "inner extents"),
        bad(
            "matmul of other batches",
            b -> b.matMul("n", x(b, 2, 3, 4), x(b, 1, 4, 5), false, 1),
            "matmul 'n'",
            "leading extents"),
        bad(
            "matmul of other ranks",
            b -> b.matMul("n", x(b, 2, 3, 4), x(b, 4, 5), false, 1),
            "matmul 'n'",
            "differ in rank"),
        bad(
            "groupnorm with groups that do not divide",
            b -> b.groupNorm("n", x(b, 1, 4, 4, 20), 32, 1e-5f),
            "groupnorm 'n'",
            "20 channels",
            "32 groups"),
        bad(
            "groupnorm on tokens",
            b -> b.groupNorm("n", x(b, 1, 16, 20), 4, 1e-5f),
            "groupnorm 'n'",
            "[1, 16, 20]"),
        bad(
            "layernorm with scales of another length",
            b ->
                b.add("n", new Op.LayerNorm(1e-5f), x(b, 2, 8), b.weight("g", 8), b.weight("c", 1)),
            "layernorm 'n'",
            "beta is [1], expected [8]"),
        bad(
            "geglu of an odd number of channels",
            b -> b.geglu("n", x(b, 2, 9)),
            "geglu 'n'",
            "[2, 9]",
            "odd"),
        bad("softmax of a scalar", b -> b.softmax("n", x(b), 1), "softmax 'n'", "scalar"),
        bad(
            "attention with heads that do not divide",
            b -> selfAttention(b, x(b, 1, 4, 20), 3),
            "attention 'n'",
            "20 channels",
            "3 heads"),
        bad(
            "attention over another batch",
            b -> {
              Node k = x(b, 1, 7, 20);
              return b.attention("n", x(b, 2, 4, 20), k, k, 2, false, 1);
            },
            "attention 'n'",
            "[2, 4, 20]",
            "[1, 7, 20]"),
        bad(
            "attention with fewer values than keys",
            b -> b.attention("n", x(b, 1, 4, 20), x(b, 1, 7, 20), x(b, 1, 6, 20), 2, false, 1),
            "attention 'n'",
            "v is [1, 6, 20], expected [1, 7, 20]"),
        bad(
            "upsample to nothing",
            b -> b.upsample("n", x(b, 1, 4, 4, 3), 0, 8),
            "upsample 'n'",
            "0 rows of 8"),
        bad(
            "concat on an axis that is not there",
            b -> b.concat("n", x(b, 1, 4), b.weight("w", 1, 4), 2),
            "concat 'n'",
            "axis 2"),
        bad(
            "concat of other sizes",
            b -> b.concat("n", x(b, 1, 4, 4, 8), x(b, 1, 4, 5, 8), 3),
            "concat 'n'",
            "[1, 4, 4, 8]",
            "[1, 4, 5, 8]",
            "axis 3"),
        bad(
            "add that would widen the first operand",
            b -> b.add("n", x(b, 1, 1, 8), x(b, 1, 4, 8)),
            "add 'n'",
            "[1, 4, 8] does not broadcast to [1, 1, 8]"),
        bad(
            "embedding of real numbers",
            b -> b.embedding("n", x(b, 1, 7), b.weight("w", 9, 4)),
            "embedding 'n'",
            "F32, must be I32"),
        bad(
            "gatherrows with an index a token",
            b -> b.gatherRows("n", x(b, 2, 7, 4), ids(b, 7)),
            "gatherrows 'n'",
            "index is [7], expected [2]"),
        bad(
            "timestep embedding of an odd size",
            b -> b.timestepEmbedding("n", x(b, 2), 33, true, 0),
            "timestepembedding 'n'",
            "33"),
        bad(
            "timestep embedding that divides by zero",
            b -> b.timestepEmbedding("n", x(b, 2), 2, true, 1),
            "timestepembedding 'n'",
            "shift 1.0"),
        bad(
            "reshape to another size",
            b -> b.reshape("n", x(b, 2, 6), 3, 5),
            "reshape 'n'",
            "[2, 6] has 12",
            "[3, 5] has 15"),
        bad(
            "weight of two shapes",
            b -> b.add("n", b.weight("w", 3), b.weight("w", 4)),
            "'w'",
            "[3]",
            "[4]"),
        bad(
            "operand of another graph",
            b -> b.scale("n", x(new GraphBuilder("other"), 2), 1, 0),
            "graph 'g' did not make",
            "in[2]"));
  }

  private static Node selfAttention(GraphBuilder b, Node q, int heads) {
    return b.attention("n", q, q, q, heads, false, 1);
  }

  @ParameterizedTest
  @MethodSource("badGraphs")
  void errorsNameOperationNodeAndShapes(Bad bad) {
    GraphBuilder b = new GraphBuilder("g");
    assertThatThrownBy(() -> bad.graph().apply(b))
        .isInstanceOf(GraphException.class)
        .hasMessageContainingAll(bad.says().toArray(String[]::new))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  @Test
  void convolutionSizesFollowStrideAndPadding() {
    GraphBuilder b = new GraphBuilder("g");
    Node in = x(b, 2, 17, 23, 3);
    assertThat(b.conv2d("a", in, 8, 3, 1, Op.Padding.same(1), true).shape())
        .isEqualTo(Shape.of(2, 17, 23, 8));
    assertThat(b.conv2d("b", in, 8, 3, 2, Op.Padding.same(1), true).shape())
        .isEqualTo(Shape.of(2, 9, 12, 8));
    assertThat(b.conv2d("c", in, 8, 3, 2, new Op.Padding(0, 0, 1, 1), true).shape())
        .isEqualTo(Shape.of(2, 8, 11, 8));
  }

  @Test
  void aReshapeKeepsTheTypeOfItsOperand() {
    GraphBuilder b = new GraphBuilder("g");
    assertThat(b.reshape("r", ids(b, 2, 7), 1, 14).type()).isEqualTo(DType.I32);
  }

  @Test
  void shapesRefuseEmptyExtents() {
    assertThatThrownBy(() -> Shape.of(2, 0)).hasMessageContaining("[2, 0]");
    assertThatThrownBy(() -> Shape.of(2, 3).dim(2)).hasMessageContaining("axis 2");
    assertThatThrownBy(() -> Op.Padding.same(-1)).hasMessageContaining("-1");
  }
}
