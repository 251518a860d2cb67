package dev.tandem.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class LoopInvariantTest {

  @Test
  void whatDoesNotDependOnTheChangingInputsIsComputedOnce() {
    LoopInvariant cut = LoopInvariant.split(attention(), Set.of("x")).orElseThrow();

    assertThat(cut.once().inputs()).extracting(Node::name).containsExactly("text");
    assertThat(cut.once().outputs()).containsOnlyKeys("k", "v");
    assertThat(cut.once().weights()).extracting(Node::name).containsExactly("k.weight", "v.weight");

    assertThat(cut.each().inputs()).extracting(Node::name).containsExactly("x", "k", "v");
    assertThat(cut.each().outputs()).containsOnlyKeys("y");
    assertThat(cut.each().weights()).extracting(Node::name).containsExactly("q.weight");
  }

  @Test
  void noWorkIsLostOrDoubled() {
    Graph whole = attention();
    LoopInvariant cut = LoopInvariant.split(whole, Set.of("x")).orElseThrow();
    assertThat(Cost.of(cut.once()).plus(Cost.of(cut.each()))).isEqualTo(Cost.of(whole));
  }

  @Test
  void nothingIsHoistedWhereEverythingChanges() {
    assertThat(LoopInvariant.split(attention(), Set.of("x", "text"))).isEmpty();
  }

  @Test
  void viewsOfWeightsAndInputsStayWhereTheyAreRead() {
    GraphBuilder g = new GraphBuilder("views");
    Node x = g.input("x", Shape.of(1, 2, 3), DType.F32);
    Node shift = g.input("shift", Shape.of(3), DType.F32);
    Node sum = g.add("a", x, g.reshape("shift.view", shift, 1, 1, 3));
    sum = g.add("b", sum, g.reshape("w.view", g.weight("w", 3), 1, 1, 3));
    g.output("y", sum);
    assertThat(LoopInvariant.split(g.build(), Set.of("x"))).isEmpty();
  }

  @Test
  void equalNamesAreKeptApart() {
    GraphBuilder g = new GraphBuilder("names");
    Node x = g.input("x", Shape.of(1, 2), DType.F32);
    Node c = g.input("c", Shape.of(1, 2), DType.F32);
    Node a = g.add("sum", g.scale("s", c, 2, 0), x);
    g.output("y", g.add("sum", a, g.scale("s", c, 3, 0)));
    LoopInvariant cut = LoopInvariant.split(g.build(), Set.of("x")).orElseThrow();
    assertThat(cut.once().outputs()).hasSize(2);
    assertThat(cut.each().inputs())
        .extracting(Node::name)
        .containsAll(cut.once().outputs().keySet());
  }

  @Test
  void anOutputThatNeverChangesIsRefused() {
    GraphBuilder g = new GraphBuilder("constant");
    g.input("x", Shape.of(1), DType.F32);
    g.output("y", g.scale("s", g.input("c", Shape.of(1), DType.F32), 2, 0));
    assertThatThrownBy(() -> LoopInvariant.split(g.build(), Set.of("x")))
        .isInstanceOf(GraphException.class)
        .hasMessage("output 'y' of graph 'constant' depends on none of [x]");
  }

  @Test
  void anUnknownInputIsRefused() {
    assertThatThrownBy(() -> LoopInvariant.split(attention(), Set.of("z")))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("'z'");
  }

  private static Graph attention() {
    GraphBuilder g = new GraphBuilder("attention");
    Node x = g.input("x", Shape.of(1, 6, 4), DType.F32);
    Node text = g.input("text", Shape.of(1, 5, 3), DType.F32);
    Node q = g.linear("q", x, 4, false);
    Node k = g.linear("k", text, 4, false);
    Node v = g.linear("v", text, 4, false);
    return g.output("y", g.attention("a", q, k, v, 2, false, 0.7f)).build();
  }
}
