package dev.tandem.devices.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.graph.Activation;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Operations of a graph taken out of it compute what they computed there. */
class NodeCaseTest {
  /** Every kind of operation that the table of cases has, as a case of its own. */
  @Test
  void everyKindOfOperationMakesARunnableCase() {
    List<Node> nodes =
        OpCases.tagged(Tag.CORRECTNESS).stream()
            .map(OpCase::graph)
            .map(Graph::nodes)
            .flatMap(List::stream)
            .filter(Node::isComputed)
            .toList();
    assertThat(nodes.stream().map(n -> n.op().kind()).distinct()).hasSizeGreaterThan(15);
    try (Device reference = Devices.open("reference")) {
      nodes.stream()
          .map(NodeCase::of)
          .collect(
              java.util.stream.Collectors.toMap(
                  c -> c.graph().output("y").op().kind(), c -> c, (a, b) -> b))
          .values()
          .forEach(
              c -> {
                OpCaseResult r = OpCaseRunner.run(reference, c, Precision.F32);
                assertThat(r.passed()).as("%s", r).isTrue();
              });
    }
  }

  @Test
  void namesTellOperationsApart() {
    OpCase a = ElementwiseCases.activate(Activation.SILU, 2, 3);
    OpCase b = ElementwiseCases.activate(Activation.GELU, 2, 3);
    OpCase c = ElementwiseCases.activate(Activation.SILU, 3, 2);
    assertThat(
            List.of(a, b, c).stream()
                .map(x -> NodeCase.of(x.graph().output("y")).name())
                .distinct())
        .hasSize(3);
  }
}
