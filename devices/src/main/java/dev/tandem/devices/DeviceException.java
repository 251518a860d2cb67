package dev.tandem.devices;

/**
 * A device that cannot do what was asked: unknown, lacking an operation, out of memory, or failed
 * while running. The message names the device and what to do.
 */
public sealed class DeviceException extends RuntimeException permits DeviceMemoryException {
  private static final long serialVersionUID = 1L;

  public DeviceException(String message) {
    super(message);
  }

  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
