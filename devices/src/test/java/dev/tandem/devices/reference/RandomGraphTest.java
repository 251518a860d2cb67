package dev.tandem.devices.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.cases.CaseData;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Fusion and the re-use of memory change no result, whatever the graph. */
class RandomGraphTest {

  /** All rules in half of the tries, any choice of them in the others. */
  @Provide
  Arbitrary<Set<Fusion.Rule>> rules() {
    Set<Fusion.Rule> all = EnumSet.allOf(Fusion.Rule.class);
    return Arbitraries.oneOf(Arbitraries.just(all), Arbitraries.of(all).set());
  }

  @Property(tries = 500)
  void asGivenAndFusedByAnyRulesTheResultIsTheDefinitions(
      @ForAll long seed, @ForAll("rules") Set<Fusion.Rule> rules) {
    OpCase c = RandomGraphs.of(seed);
    try (Arena arena = Arena.ofConfined();
        Device device = Devices.open("reference,threads=1")) {
      CaseData data = new CaseData(c, arena);
      double[] truth = DoubleDefinitions.evaluate(c.graph(), data);
      float[] expected = new float[truth.length];
      IntStream.range(0, truth.length).forEach(i -> expected[i] = (float) truth[i]);
      Graph fused = Fusion.apply(c.graph(), rules);
      assertThat(fused.nodes().size()).isLessThanOrEqualTo(c.graph().nodes().size());
      for (Graph g : new Graph[] {c.graph(), fused}) {
        float[] actual = run(device, g, data);
        assertThat(OpCaseRunner.error(actual, expected)).as(g.toString()).isLessThan(5e-5);
      }
    }
  }

  private static float[] run(Device device, Graph g, CaseData data) {
    try (Executable e = device.compile(g, data, CompileOptions.DEFAULT)) {
      g.inputs().forEach(n -> e.input(n.name()).set(data.input(n)));
      e.run();
      return e.output("y").toFloats();
    }
  }
}
