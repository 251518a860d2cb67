package dev.tandem.app;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.cases.CaseReference;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCaseOutcome;
import dev.tandem.devices.cases.OpCaseTimer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A case on a device.
 *
 * @param leastNs least time, ns; empty if it was not timed
 */
record CaseTrial(
    String device,
    OpCase operation,
    Precision precision,
    OpCaseOutcome outcome,
    OptionalLong leastNs) {

  /** Every case on every device in each precision that the case makes sense in. */
  static List<CaseTrial> all(List<OpCase> cases, Map<String, Device> devices, boolean timed) {
    List<CaseTrial> all = new ArrayList<>();
    for (OpCase c : cases) {
      try (CaseReference reference = new CaseReference(c)) {
        devices.forEach(
            (spec, device) ->
                c.precisions().stream()
                    .sorted()
                    .forEach(p -> all.add(of(spec, device, reference, p, timed))));
      }
    }
    return all;
  }

  private static CaseTrial of(
      String spec, Device device, CaseReference c, Precision precision, boolean timed) {
    OpCaseOutcome outcome = OpCaseOutcome.of(device, c, precision);
    OptionalLong least =
        timed && outcome instanceof OpCaseOutcome.Compared
            ? OptionalLong.of(OpCaseTimer.leastNanos(device, c, precision))
            : OptionalLong.empty();
    return new CaseTrial(spec, c.operation(), precision, outcome, least);
  }
}
