package dev.tandem.kernels.tornado;

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
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The table of operation cases on the first TornadoVM device, with values stored in 16 bits; {@code
 * conformance} has it in 32.
 */
class TornadoOperationCasesTest {

  @ParameterizedTest
  @CsvSource({"prebuilt, F16", "java, F16"})
  void everyCaseIsWithinItsBound(String kernels, Precision precision) {
    List<OpCase> cases =
        OpCases.tagged(Tag.CORRECTNESS).stream()
            .filter(c -> c.precisions().contains(precision))
            .toList();
    assertThat(cases).isNotEmpty();
    try (Device device = Devices.open("tornado:0,kernels=" + kernels)) {
      assertThat(cases)
          .allSatisfy(
              c -> {
                OpCaseResult r = OpCaseRunner.run(device, c, precision);
                assertThat(r.passed()).as(r.toString()).isTrue();
              });
    }
  }
}
