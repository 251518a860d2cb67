package dev.tandem.devices.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.graph.Activation;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OpCasesTest {
  private final List<OpCase> cases = OpCases.all();

  @Test
  void namesAreUnique() {
    assertThat(cases).extracting(OpCase::name).doesNotHaveDuplicates();
  }

  @Test
  void everyOperationHasACase() {
    Set<Class<?>> covered =
        OpCases.tagged(Tag.CORRECTNESS).stream()
            .flatMap(c -> c.graph().nodes().stream())
            .map(n -> n.op().getClass())
            .collect(Collectors.toSet());
    assertThat(covered)
        .containsAll(
            Arrays.stream(Op.class.getPermittedSubclasses())
                .filter(c -> !c.equals(Op.Padding.class))
                .toList());
  }

  @Test
  void everyFusedFormHasACase() {
    Stream<Op> ops = cases.stream().flatMap(c -> c.graph().nodes().stream()).map(Node::op);
    Set<String> forms = ops.flatMap(OpCasesTest::form).collect(Collectors.toSet());
    for (Activation act : Activation.values()) {
      assertThat(forms).contains("conv " + act, "conv addend " + act);
      assertThat(forms).contains("linear " + act, "linear addend " + act, "norm " + act);
    }
  }

  private static Stream<String> form(Op op) {
    return switch (op) {
      case Op.Conv2d c -> Stream.of("conv " + (c.addend() ? "addend " : "") + c.act());
      case Op.Linear l -> Stream.of("linear " + (l.addend() ? "addend " : "") + l.act());
      case Op.GroupNorm g -> Stream.of("norm " + g.act());
      default -> Stream.of();
    };
  }

  @Test
  void everyCaseHasABoundInF32() {
    assertThat(cases).allSatisfy(c -> assertThat(c.precisions()).contains(Precision.F32));
  }

  @Test
  void dataIsTheSameAtEveryDrawAndDiffersBetweenValues() {
    OpCase c = OpCases.tagged(Tag.CORRECTNESS).getLast();
    Graph g = c.graph();
    try (Arena arena = Arena.ofConfined()) {
      CaseData first = new CaseData(c, arena);
      CaseData second = new CaseData(c, arena);
      for (Node n : g.weights()) {
        assertThat(first.get(n).toFloats()).isEqualTo(second.get(n).toFloats());
      }
      assertThat(first.get("l.bias").toFloats()).isNotEqualTo(first.get("norm.bias").toFloats());
    }
  }

  @Test
  void aPrecisionThatACaseIsNotForIsRefused() {
    OpCase c = cases.stream().filter(x -> x.precisions().size() == 1).findFirst().orElseThrow();
    assertThatThrownBy(() -> c.tolerance(Precision.F16)).hasMessageContaining("not for F16");
  }

  @Test
  void errorIsRelativeToTheLargestMagnitude() {
    assertThat(OpCaseRunner.error(new float[] {1, -8}, new float[] {2, -10})).isEqualTo(0.2);
    assertThat(OpCaseRunner.error(new float[] {0.5f}, new float[] {0})).isEqualTo(0.5);
    assertThat(OpCaseRunner.error(new float[] {Float.NaN}, new float[] {1})).isInfinite();
    assertThat(OpCaseRunner.error(new float[] {1, 1}, new float[] {1})).isInfinite();
  }
}
