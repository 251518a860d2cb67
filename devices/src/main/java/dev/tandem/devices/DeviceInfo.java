package dev.tandem.devices;

/**
 * What is known of a device without running anything.
 *
 * @param id what {@link Devices#open} takes, for example {@code cpu} or {@code opencl:0.1}
 * @param name the hardware's own name
 * @param type what kind of hardware it is
 * @param computeUnits cores of a CPU, compute units of a GPU
 * @param memoryBytes memory it can use, bytes
 * @param driver software that drives it, with version
 */
public record DeviceInfo(
    String id, String name, Type type, int computeUnits, long memoryBytes, String driver) {

  /** Kind of hardware. */
  public enum Type {
    CPU,
    INTEGRATED_GPU,
    DISCRETE_GPU,
    ACCELERATOR;

    /** Whether it computes in the host's memory. */
    public boolean usesHostMemory() {
      return this == CPU || this == INTEGRATED_GPU;
    }
  }
}
