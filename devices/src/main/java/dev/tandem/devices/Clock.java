package dev.tandem.devices;

/**
 * Whose clock the times of a device's runs come from.
 *
 * @param reason why it is not the device's own; empty if it is, or if the device has none
 */
public record Clock(By by, String reason) {
  /** Whose. */
  public enum By {
    /** The host's: what a run takes from its call to its return, waits of the driver included. */
    HOST,
    /** The device's own, aligned with the host's. */
    DEVICE;

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Of a device that is timed by the host and has no other clock. */
  public static final Clock HOST = new Clock(By.HOST, "");

  /** Of a device whose own clock can be believed. */
  public static final Clock DEVICE = new Clock(By.DEVICE, "");

  /** Of a device whose own clock cannot be believed. */
  public static Clock notOwn(String reason) {
    return new Clock(By.HOST, reason);
  }
}
