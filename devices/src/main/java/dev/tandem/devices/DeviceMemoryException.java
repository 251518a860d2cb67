package dev.tandem.devices;

/**
 * A device whose memory does not suffice. The same work may fit on another device, and less work on
 * this one; the message names the device and the sizes.
 */
public final class DeviceMemoryException extends DeviceException {
  private static final long serialVersionUID = 1L;

  public DeviceMemoryException(String message) {
    super(message);
  }

  public DeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
