package dev.tandem.devices.profile;

import dev.tandem.devices.json.FieldException;

/**
 * A way for data between the host and a device, or between two devices.
 *
 * @param from device id, or {@link #HOST}
 * @param to device id, or {@link #HOST}
 * @param gigabytesPerSecond 1e9 bytes
 * @param latencyMicros of the smallest transfer; with unified memory, of mapping a buffer
 */
public record Link(String from, String to, double gigabytesPerSecond, double latencyMicros) {
  /** Main memory. */
  public static final String HOST = "host";

  public Link {
    FieldException.notBlank("from", from);
    FieldException.notBlank("to", to);
    Range.RATE.require("gigabytesPerSecond", gigabytesPerSecond);
    Range.AMOUNT.require("latencyMicros", latencyMicros);
    if (from.equals(to)) {
      throw new FieldException("to", "is where it comes from: '" + to + "'");
    }
  }

  /** Time for that many bytes, nanoseconds. */
  public double nanos(long bytes) {
    return latencyMicros * 1e3 + bytes / gigabytesPerSecond;
  }
}
