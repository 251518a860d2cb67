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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of operation cases on the first TornadoVM device, in 32 and in 16 bits. */
class TornadoOperationCasesTest {
  private static final String ONLY = System.getProperty("only", "");

  @Test
  void everyCaseIsWithinItsBound() {
    List<OpCase> cases =
        OpCases.all().stream()
            .filter(c -> c.tag() == Tag.CORRECTNESS)
            .filter(c -> c.name().contains(ONLY))
            .toList();
    assertThat(cases).isNotEmpty();
    List<String> failed = new ArrayList<>();
    try (Device device = Devices.open("tornado:0,kernels=java")) {
      long t0 = System.nanoTime();
      for (OpCase c : cases) {
        try {
          OpCaseResult r = OpCaseRunner.run(device, c, Precision.F32);
          if (!r.passed()) {
            failed.add(r.toString());
          }
        } catch (RuntimeException e) {
          failed.add(c.name() + ": " + e);
          if (failed.size() < 3) e.printStackTrace();
        }
      }
      System.err.println(
          cases.size() + " cases in " + (System.nanoTime() - t0) / 1_000_000_000 + " s");
    }
    failed.forEach(System.err::println);
    assertThat(failed).isEmpty();
  }
}
