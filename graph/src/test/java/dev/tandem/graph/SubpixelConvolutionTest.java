package dev.tandem.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.graph.SubpixelConvolution.Phase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubpixelConvolutionTest {

  @Test
  void fourNinthsOfTheMultiplicationsRemain() {
    Graph g = upsampled(6, 10, 3, 1);
    Graph r = SubpixelConvolution.apply(g, 1);
    assertThat(r.output("y").shape()).isEqualTo(g.output("y").shape());
    assertThat(9 * Cost.of(r).flops()).isEqualTo(4 * Cost.of(g).flops());
    assertThat(r.nodes()).noneMatch(n -> n.op() instanceof Op.Upsample);
    assertThat(r.weights())
        .extracting(Node::name)
        .containsExactlyInAnyOrder(
            "c.weight#phase00",
            "c.weight#phase01",
            "c.weight#phase10",
            "c.weight#phase11",
            "c.bias");
  }

  @ParameterizedTest
  @CsvSource({"5, 10, 3, 1", "6, 9, 3, 1", "6, 10, 1, 0", "6, 10, 3, 0", "3, 5, 3, 1"})
  void otherConvolutionsStay(int height, int width, int kernel, int padding) {
    Graph g = upsampled(height, width, kernel, padding);
    assertThat(SubpixelConvolution.apply(g, 1)).hasToString(g.toString());
  }

  @Test
  void smallPicturesStay() {
    Graph g = upsampled(6, 10, 3, 1);
    assertThat(SubpixelConvolution.apply(g, 16)).hasToString(g.toString());
    assertThat(SubpixelConvolution.apply(g, 15)).doesNotHaveToString(g.toString());
  }

  @Test
  void anUpsampledPictureThatOthersReadStays() {
    GraphBuilder g = new GraphBuilder("two readers");
    Node up = g.upsample("up", g.input("x", Shape.of(1, 3, 5, 2), DType.F32), 6, 10);
    g.output("y", g.conv2d("c", up, 4, 3, 1, Op.Padding.same(1), false)).output("up", up);
    Graph built = g.build();
    assertThat(SubpixelConvolution.apply(built, 1)).hasToString(built.toString());
  }

  @Test
  void tapsThatMeetOnePixelAreSummed() {
    float[] k = {1, 2, 3, 10, 20, 30, 100, 200, 300};
    assertThat(new Phase("w", 0, 0).of(k)).containsExactly(1, 5, 110, 550);
    assertThat(new Phase("w", 1, 1).of(k)).containsExactly(33, 33, 300, 300);
    assertThat(new Phase("w", 0, 1).of(k)).containsExactly(3, 3, 330, 330);
    assertThat(new Phase("w", 1, 0).of(k)).containsExactly(11, 55, 100, 500);
  }

  @Test
  void namesLeadBackToThePhase() {
    Phase p = new Phase("a.weight", 1, 0);
    assertThat(Phase.of(p.name())).contains(p);
    assertThat(Phase.of("a.weight")).isEmpty();
    assertThat(Phase.of("w")).isEmpty();
  }

  /** {@code [1, 3, 5, 2]} upsampled to the given size, then convolved. */
  private static Graph upsampled(int height, int width, int kernel, int padding) {
    GraphBuilder g = new GraphBuilder("up");
    Node up = g.upsample("up", g.input("x", Shape.of(1, 3, 5, 2), DType.F32), height, width);
    return g.output("y", g.conv2d("c", up, 4, kernel, 1, Op.Padding.same(padding), true)).build();
  }
}
