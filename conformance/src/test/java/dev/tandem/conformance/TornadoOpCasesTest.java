package dev.tandem.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceDetails;
import dev.tandem.devices.Devices;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCaseResult;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.devices.cases.OpCases;
import dev.tandem.devices.cases.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of operation cases on TornadoVM's devices: none is missing, none is out of bounds. */
@org.junit.jupiter.api.Tag(TornadoSpecs.TAG)
class TornadoOpCasesTest {
  record Run(String spec, Precision precision) {}

  /** In F16 where the device stores it. */
  static List<Run> runs() {
    return TornadoSpecs.all().stream()
        .flatMap(
            spec ->
                Stream.of(Precision.values())
                    .filter(p -> p == Precision.F32 || hasF16(spec))
                    .map(p -> new Run(spec, p)))
        .toList();
  }

  private static boolean hasF16(String spec) {
    String id = spec.substring(0, spec.indexOf(','));
    return Devices.details().stream()
        .anyMatch(d -> d.info().id().equals(id) && d.f16() != DeviceDetails.F16.NONE);
  }

  @ParameterizedTest
  @MethodSource("runs")
  void everyCaseIsWithinItsBound(Run run) {
    List<OpCase> cases =
        OpCases.tagged(Tag.CORRECTNESS).stream()
            .filter(c -> c.precisions().contains(run.precision()))
            .toList();
    List<String> wrong = new ArrayList<>();
    List<OpCaseResult> results = new ArrayList<>();
    try (Device device = Devices.open(run.spec())) {
      for (OpCase c : cases) {
        try {
          results.add(OpCaseRunner.run(device, c, run.precision()));
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
