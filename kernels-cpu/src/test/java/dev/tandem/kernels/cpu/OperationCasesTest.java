package dev.tandem.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCaseResult;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.devices.cases.OpCases;
import dev.tandem.devices.cases.Tag;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of operation cases: small ones and the default model's shapes. */
class OperationCasesTest {

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "cpu,threads=1"})
  void everyCaseIsWithinItsBound(String spec) {
    List<OpCase> cases = OpCases.all().stream().filter(c -> c.tag() != Tag.BENCH_SD15).toList();
    assertThat(cases).isNotEmpty();
    try (Device device = Devices.open(spec)) {
      assertThat(cases)
          .allSatisfy(
              c -> {
                OpCaseResult r = OpCaseRunner.run(device, c, Precision.F32);
                assertThat(r.passed()).as(r.toString()).isTrue();
              });
    }
  }
}
