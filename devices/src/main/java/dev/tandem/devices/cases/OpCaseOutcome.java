package dev.tandem.devices.cases;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceMemoryException;

/** What became of a case on a device. */
public sealed interface OpCaseOutcome {
  /** The device says beforehand that it does not do this. */
  record Unsupported(String reason) implements OpCaseOutcome {}

  /** The device failed, or lacks the memory. */
  record Broken(String message) implements OpCaseOutcome {}

  /** It computed; {@link OpCaseResult#passed} tells whether rightly. */
  record Compared(OpCaseResult result) implements OpCaseOutcome {}

  /** True if the device should have computed this rightly and did not. */
  default boolean failed() {
    return switch (this) {
      case Unsupported _ -> false;
      case Broken _ -> true;
      case Compared c -> !c.result().passed();
    };
  }

  /** Tries a case, within the bound that suits the device's arithmetic. */
  static OpCaseOutcome of(Device device, CaseReference c, Precision precision) {
    OpCase op = c.operation();
    try {
      var _ = device.estimate(op.graph(), new CompileOptions(precision));
    } catch (DeviceMemoryException e) {
      return new Broken(e.getMessage());
    } catch (DeviceException e) {
      return new Unsupported(e.getMessage());
    }
    double bound = device.halfArithmetic() ? op.halfArithmetic() : op.tolerance(precision);
    try {
      return new Compared(OpCaseRunner.run(device, c, precision, bound));
    } catch (DeviceException e) {
      return new Broken(e.getMessage());
    }
  }
}
