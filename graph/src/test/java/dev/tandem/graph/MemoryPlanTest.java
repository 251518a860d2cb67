package dev.tandem.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  private static final int ALIGNMENT = 64;

  /** Brute force: which values some node still needs, or has just made, while node i runs. */
  private static List<Node> live(Graph g, int step) {
    List<Node> live = new ArrayList<>();
    for (Node v : g.nodes()) {
      if (v.isWeight() || v.isView()) {
        continue;
      }
      boolean kept = v.isInput() || g.outputs().values().stream().anyMatch(o -> looksAt(o, v));
      boolean made = v.id() <= step;
      boolean needed =
          v.id() == step
              || g.nodes().stream()
                  .filter(n -> n.id() >= step)
                  .anyMatch(n -> n.inputs().stream().anyMatch(i -> looksAt(i, v)));
      if (kept || (made && needed)) {
        live.add(v);
      }
    }
    return live;
  }

  private static boolean looksAt(Node n, Node v) {
    return n.equals(v) || (n.isView() && looksAt(n.input(0), v));
  }

  private static long aligned(Node n) {
    return (n.bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  @Property
  void valuesThatLiveAtOneTimeNeverShareBytes(@ForAll long seed) {
    Graph g = RandomGraphs.of(seed);
    MemoryPlan plan = MemoryPlan.of(g, ALIGNMENT);
    long peak = 0;
    for (int step = 0; step < g.nodes().size(); step++) {
      List<Node> live = live(g, step);
      peak = Math.max(peak, live.stream().mapToLong(MemoryPlanTest::aligned).sum());
      for (Node a : live) {
        for (Node b : live) {
          boolean apart =
              plan.offset(a) + a.bytes() <= plan.offset(b)
                  || plan.offset(b) + b.bytes() <= plan.offset(a);
          assertThat(a.equals(b) || apart).as("%s and %s in\n%s", a, b, g).isTrue();
          assertThat(plan.overlap(a, b)).isTrue();
        }
      }
    }
    assertThat(plan.peakLiveBytes()).isEqualTo(peak);
    assertThat(plan.arenaBytes()).isGreaterThanOrEqualTo(peak);
  }

  @Property
  void everyValueIsAlignedAndInsideTheArenaAndViewsLieOnWhatTheyLookAt(@ForAll long seed) {
    Graph g = RandomGraphs.of(seed);
    MemoryPlan plan = MemoryPlan.of(g, ALIGNMENT);
    for (Node n : g.nodes()) {
      if (MemoryPlan.storage(n).isWeight()) {
        assertThatThrownBy(() -> plan.offset(n)).hasMessageContaining("not in the arena");
      } else {
        assertThat(plan.offset(n) % ALIGNMENT).isZero();
        assertThat(plan.offset(n) + n.bytes()).isLessThanOrEqualTo(plan.arenaBytes());
        assertThat(plan.offset(n)).isEqualTo(plan.offset(MemoryPlan.storage(n)));
      }
    }
  }

  @Test
  void aChainOfEqualValuesNeedsTwoBuffersBesideInputAndOutput() {
    GraphBuilder b = new GraphBuilder("chain");
    Node x = b.input("x", Shape.of(1, 256), DType.F32);
    for (int i = 0; i < 9; i++) {
      x = b.activate("a" + i, x, Activation.RELU);
    }
    MemoryPlan plan = MemoryPlan.of(b.output("y", x).build(), ALIGNMENT);
    assertThat(plan.arenaBytes()).isEqualTo(4 * 1024).isEqualTo(plan.peakLiveBytes());
  }

  @Test
  void aDeviceThatStoresHalvesNeedsHalf() {
    GraphBuilder b = new GraphBuilder("g");
    Node x = b.input("x", Shape.of(1, 256), DType.F32);
    Graph g = b.output("y", b.activate("a", x, Activation.RELU)).build();
    assertThat(MemoryPlan.of(g, ALIGNMENT, n -> n.shape().elements() * 2).arenaBytes())
        .isEqualTo(1024);
  }

  /** A norm that is computed with what reads it: its operand lives on, it takes no room itself. */
  @Test
  void operandsOfWhatIsComputedLaterLiveUntilThen() {
    GraphBuilder b = new GraphBuilder("g");
    Node x = b.activate("x", b.input("in", Shape.of(1, 256), DType.F32), Activation.TANH);
    Node early = b.activate("early", x, Activation.RELU);
    Node between =
        b.activate("between", b.input("other", Shape.of(1, 256), DType.F32), Activation.RELU);
    Node late = b.activate("late", early, Activation.RELU);
    Graph g = b.output("y", b.add("sum", late, between)).build();
    Function<String, Node> named =
        name -> g.nodes().stream().filter(n -> n.name().equals(name)).findFirst().orElseThrow();
    Map<Node, Node> with = Map.of(named.apply("early"), named.apply("late"));
    MemoryPlan joined = MemoryPlan.of(g, ALIGNMENT, Node::bytes, with);
    assertThat(List.of("x", "between", "late"))
        .extracting(name -> joined.offset(named.apply(name)))
        .doesNotHaveDuplicates();
    assertThat(joined.arenaBytes()).as("operand, result and another value").isEqualTo(6 * 1024);
  }

  @Test
  void alignmentIsAPowerOfTwo() {
    Graph g = RandomGraphs.of(1);
    assertThatThrownBy(() -> MemoryPlan.of(g, 48)).hasMessageContaining("48");
  }
}
