package dev.tandem.devices;

/**
 * How much memory a device may use.
 *
 * @param total all of it, bytes
 * @param largest of a single buffer, bytes
 */
public record MemoryLimit(long total, long largest) {
  public MemoryLimit {
    if (total < 1 || largest < 1) {
      throw new IllegalArgumentException(
          "a memory limit must be positive, got " + total + " and " + largest + " bytes");
    }
  }

  /** A limit on the total only. */
  public static MemoryLimit of(long total) {
    return new MemoryLimit(total, total);
  }

  /** This limit, with at most so much in total. */
  public MemoryLimit atMost(long bytes) {
    return new MemoryLimit(Math.min(total, bytes), Math.min(largest, bytes));
  }

  /** True if that much can be had while {@code used} bytes are taken. */
  public boolean fits(Executable.MemoryUse use, long used) {
    return use.largest() <= largest && use.total() <= total - used;
  }
}
