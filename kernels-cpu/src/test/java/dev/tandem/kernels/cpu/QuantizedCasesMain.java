package dev.tandem.kernels.cpu;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCaseResult;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.devices.cases.OpCases;
import dev.tandem.graph.DType;
import java.util.List;

/** Runs all cases with 8-bit numbers, in a process of its own: oneDNN reads its settings once. */
final class QuantizedCasesMain {
  private QuantizedCasesMain() {}

  /** Cases in whose graph some value or weight has 8 bits. */
  static List<OpCase> cases() {
    return OpCases.all().stream()
        .filter(c -> c.graph().nodes().stream().anyMatch(n -> n.type() == DType.I8))
        .toList();
  }

  public static void main(String[] args) {
    int failed = 0;
    try (Device device = Devices.open("cpu")) {
      for (OpCase c : cases()) {
        OpCaseResult r = OpCaseRunner.run(device, c, Precision.F32);
        if (!r.passed()) {
          System.out.println(r);
          failed++;
        }
      }
    }
    boolean exact = OneDnnLibrary.get().oneDnn().signedSumsAreExact();
    System.out.println(cases().size() + " cases, signed sums " + (exact ? "exact" : "saturate"));
    System.exit(failed == 0 ? 0 : 1);
  }
}
