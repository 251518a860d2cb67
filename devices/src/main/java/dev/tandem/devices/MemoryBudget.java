package dev.tandem.devices;

/**
 * Keeps a device's memory within its limit: what is allocated is taken from it first. Thread-safe,
 * for several threads may compile a graph together.
 */
public final class MemoryBudget {
  private final String device;
  private final MemoryLimit limit;
  private long used;

  /**
   * A budget of which nothing is used.
   *
   * @param device what messages call the device
   */
  public MemoryBudget(String device, MemoryLimit limit) {
    this.device = device;
    this.limit = limit;
  }

  /**
   * Takes memory, before it is allocated.
   *
   * @param purpose what for, in messages
   * @throws DeviceMemoryException if it does not fit, with the purpose, the size and the limit;
   *     nothing is then taken
   */
  public synchronized void take(String purpose, long bytes) {
    if (bytes > limit.largest()) {
      throw refused(purpose, bytes, "its largest buffer is " + limit.largest() + " bytes");
    }
    if (bytes > limit.total() - used) {
      throw refused(
          purpose, bytes, used + " of its " + limit.total() + " bytes are already in use");
    }
    used += bytes;
  }

  /** The message for memory that could not be had, with the reason. */
  public DeviceMemoryException refused(String purpose, long bytes, String reason) {
    return new DeviceMemoryException(
        device + ": no memory for " + purpose + ": " + bytes + " bytes asked, but " + reason);
  }

  /** Gives back what was taken. */
  public synchronized void giveBack(long bytes) {
    if (bytes > used) {
      throw new IllegalStateException(device + ": " + bytes + " bytes back of " + used + " in use");
    }
    used -= bytes;
  }

  public MemoryLimit limit() {
    return limit;
  }

  /** Bytes in use. */
  public synchronized long used() {
    return used;
  }
}
