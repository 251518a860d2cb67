package dev.tandem.orchestrator.execution;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceMemoryException;

/** A call that a device could not complete. */
final class DeviceFault extends Exception {
  private static final long serialVersionUID = 1L;

  private final Incident.Kind kind;

  DeviceFault(Incident.Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  private DeviceFault(Incident.Kind kind, Throwable cause) {
    super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    this.kind = kind;
  }

  /** What a device threw. */
  static DeviceFault of(Throwable thrown) {
    boolean memory = thrown instanceof DeviceMemoryException || thrown instanceof OutOfMemoryError;
    return new DeviceFault(memory ? Incident.Kind.OUT_OF_MEMORY : Incident.Kind.FAILED, thrown);
  }

  /**
   * Throws what was thrown at the device but is no failure of it: of the model, the picture or the
   * program. No other device would fare better.
   */
  void rethrowUnlessOfDevice() {
    if (getCause() instanceof RuntimeException e && !(e instanceof DeviceException)) {
      throw e;
    }
  }

  static DeviceFault hung(String device, long limitNs) {
    return new DeviceFault(
        Incident.Kind.HUNG,
        "device '" + device + "' did not answer within " + limitNs / 1_000_000 + " ms");
  }

  Incident.Kind kind() {
    return kind;
  }
}
