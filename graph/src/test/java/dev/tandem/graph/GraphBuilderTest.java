package dev.tandem.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GraphBuilderTest {
  private final GraphBuilder b = new GraphBuilder("g");
  private final Node x = b.input("x", Shape.of(1, 4), DType.F32);

  @Test
  void aWeightAskedForTwiceIsOneNode() {
    assertThat(b.weight("w", 2, 3)).isSameAs(b.weight("w", 2, 3));
  }

  @Test
  void nodesThatNoOutputNeedsAreDroppedButInputsStay() {
    Node y = b.scale("y", x, 2, 0);
    b.linear("unused", x, 9, true);
    b.input("ignored", Shape.of(3), DType.F32);
    Graph g = b.output("y", y).build();
    assertThat(g.nodes()).extracting(Node::name).containsExactly("x", "y", "ignored");
    assertThat(g.nodes()).extracting(Node::id).containsExactly(0, 1, 2);
    assertThat(g.inputs()).extracting(Node::name).containsExactly("x", "ignored");
  }

  @Test
  void aReshapeToTheSameShapeAndAnEmptyActivationAreNoNodes() {
    assertThat(b.reshape("r", x, 1, 4)).isSameAs(x);
    assertThat(b.activate("a", x, Activation.NONE)).isSameAs(x);
  }

  @Test
  void negativeConcatAxesCountFromTheEnd() {
    assertThat(b.concat("c", x, x, -1).shape()).isEqualTo(Shape.of(1, 8));
    assertThat(b.concat("d", x, x, -2).shape()).isEqualTo(Shape.of(2, 4));
  }

  @Test
  void namesOfInputsAndOutputsAreUnique() {
    assertThatThrownBy(() -> b.input("x", Shape.of(2), DType.F32))
        .hasMessageContaining("two inputs named 'x'");
    b.output("y", x);
    assertThatThrownBy(() -> b.output("y", x)).hasMessageContaining("two outputs named 'y'");
  }

  @Test
  void anUnknownInputOrOutputIsAnsweredWithWhatThereIs() {
    Graph g = b.output("y", b.scale("s", x, 1, 1)).build();
    assertThatThrownBy(() -> g.input("z")).hasMessageContainingAll("'z'", "[x]");
    assertThatThrownBy(() -> g.output("z")).hasMessageContainingAll("'z'", "[y]");
    assertThatThrownBy(() -> new GraphBuilder("empty").build())
        .hasMessageContaining("'empty' has no outputs");
  }

  @Test
  void printsOneLineANode() {
    Graph g = b.output("y", b.scale("s", x, 1, 1)).build();
    assertThat(g.toString())
        .isEqualTo("graph g\n  %0 input x [1, 4] F32 <- []\n  %1 scale s [1, 4] F32 <- [%0]\n");
  }
}
