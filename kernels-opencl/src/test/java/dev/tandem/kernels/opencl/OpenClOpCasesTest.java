package dev.tandem.kernels.opencl;

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
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The operation case table on every OpenCL device found: whole and as a sub-device, with both
 * families of kernels, mapped and copied memory, and with 16-bit arithmetic where there is any.
 * PoCL must be installed.
 */
class OpenClOpCasesTest {
  record Run(String device, Precision precision) {
    /** In 16 bits, products have bounds of their own. */
    double bound(OpCase c) {
      return device.endsWith(HALF) ? c.halfArithmetic() : c.tolerance(precision);
    }
  }

  private static final String HALF = ",arith=f16";
  private static final String GPU = ",family=gpu";

  static List<Run> runs() {
    List<ClDevice> found = Discovery.now().devices();
    assertThat(found).as("PoCL must be installed: apt install pocl-opencl-icd").isNotEmpty();
    List<Run> runs = new ArrayList<>();
    for (ClDevice d : found) {
      if (compilesEachLaunch(d)) {
        runs.add(new Run(d.id() + ",transfer=mapped", Precision.F32));
        runs.add(new Run(d.id() + ",family=gpu,transfer=copied", Precision.F32));
        continue;
      }
      runs.add(new Run(d.id(), Precision.F32));
      runs.add(new Run(d.id() + ",family=gpu,transfer=copied", Precision.F32));
      runs.add(new Run(d.id(), Precision.F16));
      runs.add(new Run(d.id() + ",family=gpu", Precision.F16));
      if (d.fp16()) {
        runs.add(new Run(d.id() + ",family=gpu" + HALF, Precision.F16));
      }
      if (d.parts() > 0) {
        runs.add(new Run(d.id() + "." + (d.parts() - 1), Precision.F32));
      }
    }
    return runs;
  }

  /** Those with the kernels that the device has for itself. */
  static List<Run> own() {
    return runs().stream().filter(r -> !r.device().contains(GPU)).toList();
  }

  /** Those with the kernels for GPUs, whatever the device; they have a test class of their own. */
  static List<Run> gpu() {
    return runs().stream().filter(r -> r.device().contains(GPU)).toList();
  }

  /** Mesa on a processor: only the small cases, each once for both families of kernels. */
  private static boolean compilesEachLaunch(ClDevice d) {
    return d.name().startsWith("llvmpipe");
  }

  private static Stream<OpCase> cases(Run run) {
    boolean few =
        Discovery.now().devices().stream()
            .anyMatch(d -> compilesEachLaunch(d) && run.device().startsWith(d.id() + ","));
    return OpCases.all().stream()
        .filter(c -> few ? c.tag() == Tag.CORRECTNESS : c.tag() != Tag.BENCH_SD15);
  }

  @ParameterizedTest
  @MethodSource("own")
  void everyCaseIsWithinItsBound(Run run) {
    check(run);
  }

  static void check(Run run) {
    List<OpCaseResult> results;
    try (Device d = Devices.open(run.device())) {
      results =
          cases(run)
              .filter(c -> c.precisions().contains(run.precision()))
              .map(c -> OpCaseRunner.run(d, c, run.precision(), run.bound(c)))
              .toList();
    }
    assertThat(results).isNotEmpty().filteredOn(r -> !r.passed()).isEmpty();
  }
}
