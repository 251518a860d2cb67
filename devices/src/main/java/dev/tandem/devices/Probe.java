package dev.tandem.devices;

/**
 * What a device reached in a short measurement.
 *
 * @param gflops GFLOP/s in single precision, a multiply-add counted as two
 * @param gigabytesPerSecond memory traffic, read and written bytes together, 1e9 bytes/s
 */
public record Probe(double gflops, double gigabytesPerSecond, By by) {
  /** How it was measured. */
  public enum By {
    /** A loop of multiply-adds in registers, and a copy: what the hardware can do. */
    KERNELS,
    /**
     * A matrix product and a scaling through {@link Device#compile}: what the device makes of it.
     */
    OPERATIONS
  }

  public Probe {
    if (!(gflops > 0 && gigabytesPerSecond > 0)) {
      throw new IllegalArgumentException(
          "a device reaches more than " + gflops + " GFLOP/s and " + gigabytesPerSecond + " GB/s");
    }
  }
}
