package dev.tandem.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is folded into what. That results stay the same is tested on the reference device. */
class FusionTest {
  private final GraphBuilder b = new GraphBuilder("g");
  private final Node x = b.input("x", Shape.of(2, 8, 8, 16), DType.F32);

  private Node conv(String name, Node in) {
    return b.conv2d(name, in, 16, 3, 1, Op.Padding.same(1), true);
  }

  private List<String> fused(Node y, Fusion.Rule... rules) {
    EnumSet<Fusion.Rule> set = EnumSet.noneOf(Fusion.Rule.class);
    set.addAll(List.of(rules));
    return computed(Fusion.apply(b.output("y", y).build(), set));
  }

  private static List<String> computed(Graph g) {
    return g.nodes().stream().filter(Node::isComputed).map(n -> n.op().toString()).toList();
  }

  @Test
  void normAndActivation() {
    Node y = b.activate("a", b.groupNorm("n", x, 4, 0.5f), Activation.SILU);
    assertThat(fused(y, Fusion.Rule.NORM_ACTIVATION))
        .containsExactly("GroupNorm[groups=4, eps=0.5, act=SILU]");
  }

  @Test
  void convolutionResidualAndActivation() {
    Node y = b.activate("a", b.add("s", x, conv("c", x)), Activation.RELU);
    assertThat(fused(y, Fusion.Rule.ADDEND, Fusion.Rule.ACTIVATION))
        .singleElement()
        .asString()
        .contains("addend=true", "act=RELU");
  }

  @Test
  void aResidualAfterTheActivationIsNotMovedBeforeIt() {
    Node y = b.add("s", x, b.activate("a", conv("c", x), Activation.RELU));
    assertThat(fused(y, Fusion.Rule.values())).hasSize(2);
  }

  @Test
  void anAddendOfOneRowForEachPicture() {
    Node time = b.input("t", Shape.of(2, 1, 1, 16), DType.F32);
    assertThat(fused(b.add("s", conv("c", x), time), Fusion.Rule.ADDEND)).hasSize(1);
  }

  @Test
  void noOtherBroadcastIsAnAddend() {
    Node column = b.input("t", Shape.of(2, 8, 1, 16), DType.F32);
    assertThat(fused(b.add("s", conv("c", x), column), Fusion.Rule.ADDEND)).hasSize(2);
  }

  @Test
  void ofTwoConvolutionsTheLaterTakesTheOther() {
    Node y = b.add("s", conv("first", x), conv("second", x));
    Graph g = Fusion.apply(b.output("y", y).build());
    assertThat(g.nodes().stream().filter(Node::isComputed).map(Node::name))
        .containsExactly("first", "second");
    assertThat(g.output("y").inputs().getLast().name()).isEqualTo("first");
  }

  @Test
  void aValueThatIsReadTwiceIsNotComputedTwice() {
    Node c = conv("c", x);
    Node y = b.add("s", b.activate("a", c, Activation.SILU), c);
    Graph g = Fusion.apply(b.output("y", y).build());
    assertThat(kinds(g)).containsExactly("conv2d", "activate", "add");
  }

  @Test
  void aValueThatIsAnOutputIsNotComputedTwice() {
    Node c = conv("c", x);
    b.output("before", c);
    Graph g = Fusion.apply(b.output("y", b.activate("a", c, Activation.SILU)).build());
    assertThat(kinds(g)).containsExactly("conv2d", "activate");
  }

  private static List<String> kinds(Graph g) {
    return g.nodes().stream().filter(Node::isComputed).map(n -> n.op().kind()).toList();
  }

  @Test
  void gegluAfterAResidualStaysAlone() {
    Node wide = b.input("w", Shape.of(2, 8, 8, 32), DType.F32);
    Node y = b.geglu("g", b.add("s", b.linear("l", x, 32, true), wide));
    Graph g = Fusion.apply(b.output("y", y).build());
    assertThat(kinds(g)).containsExactly("linear", "geglu");
  }

  @Test
  void aSecondActivationIsNotFolded() {
    Node a = b.activate("a", conv("c", x), Activation.SILU);
    assertThat(fused(b.activate("b", a, Activation.TANH), Fusion.Rule.values())).hasSize(2);
  }

  @Test
  void linearLayerAndGeglu() {
    Node y = b.geglu("g", b.linear("l", x, 32, false));
    assertThat(fused(y, Fusion.Rule.GEGLU)).containsExactly("GegluLinear[bias=false]");
  }

  @Test
  void onlyTheRulesThatAreAskedFor() {
    Node y = b.activate("a", b.add("s", conv("c", x), x), Activation.SILU);
    assertThat(fused(y)).hasSize(3);
    Graph g = b.output("z", y).build();
    assertThat(computed(Fusion.apply(g, EnumSet.of(Fusion.Rule.ADDEND)))).hasSize(2);
  }

  @Test
  void namesWeightsInputsAndOutputsAreKept() {
    Node y = b.activate("a", conv("c", x), Activation.SILU);
    Graph before = b.output("y", y).output("in", x).build();
    Graph after = Fusion.apply(before);
    assertThat(after.weights()).extracting(Node::name).containsExactly("c.weight", "c.bias");
    assertThat(after.inputs()).extracting(Node::name).containsExactly("x");
    assertThat(after.outputs().keySet()).containsExactly("y", "in");
    assertThat(after.output("y").shape()).isEqualTo(before.output("y").shape());
  }
}
