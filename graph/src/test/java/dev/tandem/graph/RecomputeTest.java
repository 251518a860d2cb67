package dev.tandem.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What is kept and what is computed again. That results stay the same bits is tested on devices.
 */
class RecomputeTest {
  private static final int LEVELS = 6;

  /** A U of convolutions in which every value of the way down waits for the way up. */
  private static Graph unet() {
    GraphBuilder g = new GraphBuilder("u");
    Node x = g.input("x", Shape.of(1, 16, 16, 4), DType.F32);
    List<Node> skips = new ArrayList<>();
    for (int i = 0; i < LEVELS; i++) {
      x = g.conv2d("down" + i, x, 4, 3, 1, Op.Padding.same(1), true);
      skips.add(x);
    }
    x = g.conv2d("mid", x, 4, 3, 1, Op.Padding.same(1), true);
    for (int i = LEVELS - 1; i >= 0; i--) {
      Node both = g.concat("join" + i, x, skips.get(i), 3);
      x = g.conv2d("up" + i, both, 4, 3, 1, Op.Padding.same(1), true);
    }
    return g.output("y", x).build();
  }

  private static List<String> computed(Graph g) {
    return g.nodes().stream().filter(Node::isComputed).map(Node::name).toList();
  }

  @Test
  void keepingAllChangesNothing() {
    Graph g = unet();
    assertThat(Recompute.apply(g, 0)).isSameAs(g);
    assertThatThrownBy(() -> Recompute.apply(g, -1)).isInstanceOf(GraphException.class);
    assertThatThrownBy(() -> Recompute.apply(g, 101)).isInstanceOf(GraphException.class);
  }

  @Test
  void aSkipThatIsDearerIsKept() {
    List<String> names = computed(Recompute.apply(unet(), 10));
    assertThat(names)
        .containsSubsequence("down2", "down3", "join5", "join4", "join3", "down2", "join2")
        .containsSubsequence("down2", "join2", "join1", "down0", "join0");
    assertThat(names).hasSize(3 * LEVELS + 1 + 3);
  }

  @Test
  void whatIsComputedAgainServesAllThatReadIt() {
    List<String> names = computed(Recompute.apply(unet(), Recompute.ALL));
    assertThat(names)
        .containsSubsequence("mid", "down0", "down1", "down2", "down3", "down4", "down5", "join5");
    assertThat(names).hasSize(4 * LEVELS + 1);
  }

  @Test
  void fewerValuesAreAliveAtOneTime() {
    long all = MemoryPlan.of(unet(), 64).peakLiveBytes();
    long few = MemoryPlan.of(Recompute.apply(unet(), 10), 64).peakLiveBytes();
    assertThat(few).isLessThan(all);
  }

  @Test
  void aGraphWithoutSkipsStaysAsItIs() {
    GraphBuilder g = new GraphBuilder("line");
    Node x = g.input("x", Shape.of(1, 4, 4, 2), DType.F32);
    Node y = g.conv2d("a", x, 2, 3, 1, Op.Padding.same(1), true);
    Graph line = g.output("y", g.concat("c", y, y, 3)).build();
    assertThat(Recompute.skips(line)).isEmpty();
    assertThat(computed(Recompute.apply(line, 50))).isEqualTo(computed(line));
  }
}
