package dev.tandem.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Counts against numbers computed by hand: a multiply-add is two operations. */
class CostTest {
  private static Cost cost(Function<GraphBuilder, Node> body) {
    GraphBuilder b = new GraphBuilder("g");
    return Cost.of(b.output("y", body.apply(b)).build());
  }

  private static Node x(GraphBuilder b, int... dims) {
    return b.input("x", Shape.of(dims), DType.F32);
  }

  @Test
  void convolution() {
    Cost c = cost(b -> b.conv2d("c", x(b, 2, 16, 16, 64), 128, 3, 2, Op.Padding.same(1), true));
    // 2 pictures * 8 * 8 pixels * 128 channels, each a sum of 3 * 3 * 64 products
    assertThat(c.flops()).isEqualTo(2L * (2 * 8 * 8 * 128) * (3 * 3 * 64));
    // input, weight and bias in; result out
    assertThat(c.bytesRead()).isEqualTo(4L * (2 * 16 * 16 * 64 + 128 * 64 * 9 + 128));
    assertThat(c.bytesWritten()).isEqualTo(4L * 2 * 8 * 8 * 128);
  }

  @Test
  void linearLayerAndItsGegluForm() {
    assertThat(cost(b -> b.linear("l", x(b, 2, 77, 48), 96, false)).flops())
        .isEqualTo(2L * 2 * 77 * 48 * 96);
    assertThat(
            cost(b -> b.add("g", new Op.GegluLinear(false), x(b, 5, 8), b.weight("w", 24, 8)))
                .flops())
        .isEqualTo(2L * 5 * 8 * 24);
  }

  @Test
  void matrixProduct() {
    Function<GraphBuilder, Node> body =
        b -> b.matMul("m", x(b, 3, 4, 5), b.weight("w", 3, 7, 5), true, 1);
    assertThat(cost(body).flops()).isEqualTo(2L * 3 * 4 * 5 * 7);
  }

  @Test
  void attentionIsTwoMatrixProducts() {
    Function<GraphBuilder, Node> body =
        b -> {
          Node k = b.input("k", Shape.of(2, 77, 32), DType.F32);
          return b.attention("a", x(b, 2, 64, 32), k, k, 4, false, 1);
        };
    // For each of 2 * 4 heads of 8: scores 64 x 8 x 77 and sums 64 x 77 x 8.
    assertThat(cost(body).flops()).isEqualTo(2L * 4 * 2 * (2 * 64 * 8 * 77));
  }

  @Test
  void movingElementsIsNoArithmetic() {
    Cost c = cost(b -> b.upsample("u", x(b, 1, 4, 4, 3), 8, 8));
    assertThat(c).isEqualTo(new Cost(0, 4 * 48, 4 * 192));
  }

  @Test
  void viewsInputsAndWeightsAreFree() {
    assertThat(cost(b -> b.reshape("r", x(b, 2, 6), 3, 4))).isEqualTo(Cost.ZERO);
    assertThat(cost(b -> b.weight("w", 1000))).isEqualTo(Cost.ZERO);
  }

  @Test
  void anEmbeddingReadsOnlyTheRowsItNeeds() {
    Cost c =
        cost(
            b ->
                b.embedding(
                    "e", b.input("i", Shape.of(1, 7), DType.I32), b.weight("t", 50_000, 16)));
    assertThat(c).isEqualTo(new Cost(0, 4 * (7 * 16 + 7), 4 * 7 * 16));
  }
}
