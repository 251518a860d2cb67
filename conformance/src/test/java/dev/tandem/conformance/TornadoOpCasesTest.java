package dev.tandem.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCaseResult;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.devices.cases.OpCases;
import dev.tandem.devices.cases.Tag;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of operation cases on TornadoVM's devices: none is missing, none is out of bounds. */
@org.junit.jupiter.api.Tag(TornadoSpecs.TAG)
class TornadoOpCasesTest {
  @ParameterizedTest
  @MethodSource("dev.tandem.conformance.TornadoSpecs#all")
  void everyCaseIsWithinItsBound(String spec) {
    List<OpCase> cases = OpCases.tagged(Tag.CORRECTNESS);
    List<String> wrong = new ArrayList<>();
    List<OpCaseResult> results = new ArrayList<>();
    try (Device device = Devices.open(spec)) {
      for (OpCase c : cases) {
        try {
          results.add(OpCaseRunner.run(device, c, Precision.F32));
        } catch (RuntimeException e) {
          wrong.add(c + ": " + e);
        }
      }
    }
    results.stream().filter(r -> !r.passed()).map(OpCaseResult::toString).forEach(wrong::add);
    assertThat(wrong).isEmpty();
    assertThat(results.stream().map(OpCaseResult::name))
        .containsExactlyElementsOf(cases.stream().map(OpCase::name).toList())
        .hasSizeGreaterThan(100);
  }
}
