package dev.tandem.orchestrator.engine;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceMemoryException;

/** A call that a device could not complete. */
public final class DeviceFault extends Exception {
  private static final long serialVersionUID = 1L;

  private final Incident.Kind kind;

  private DeviceFault(Incident.Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  private DeviceFault(Incident.Kind kind, Throwable cause) {
    super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    this.kind = kind;
  }

  /**
   * What a device threw. The heap is not the device's memory: see {@link #rethrowUnlessOfDevice}.
   */
  public static DeviceFault of(Throwable thrown) {
    boolean memory =
        thrown instanceof DeviceMemoryException
            || (thrown instanceof OutOfMemoryError e && !heapIsFull(e));
    return new DeviceFault(memory ? Incident.Kind.OUT_OF_MEMORY : Incident.Kind.FAILED, thrown);
  }

  private static boolean heapIsFull(OutOfMemoryError e) {
    String text = String.valueOf(e.getMessage());
    return text.startsWith("Java heap space") || text.startsWith("GC overhead");
  }

  /** For when the device's thread ends without a word. */
  public static DeviceFault threadDied(String device) {
    String text = "the thread of device '" + device + "' died, perhaps for want of memory";
    return new DeviceFault(Incident.Kind.FAILED, new IllegalThreadStateError(text));
  }

  private static final class IllegalThreadStateError extends Error {
    private static final long serialVersionUID = 1L;

    private IllegalThreadStateError(String text) {
      super(text);
    }
  }

  /**
   * Throws what was thrown at the device but is no failure of it: of the model, the picture, the
   * program or this machine. No other device would fare better.
   */
  public void rethrowUnlessOfDevice() {
    if (kind == Incident.Kind.FAILED) {
      switch (getCause()) {
        case Error e -> throw e;
        case DeviceException _ -> {}
        case RuntimeException e -> throw e;
        case null, default -> {}
      }
    }
  }

  public static DeviceFault hung(String device, long limitNs) {
    return new DeviceFault(
        Incident.Kind.HUNG,
        "device '" + device + "' did not answer within " + limitNs / 1_000_000 + " ms");
  }

  public Incident.Kind kind() {
    return kind;
  }
}
