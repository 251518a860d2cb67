package dev.tandem.kernels.opencl;

/**
 * What graphs are compiled for and with.
 *
 * @param tunables of the kernels, by device and shape
 */
record Target(ClContext cl, Programs programs, Settings settings, TunableTable tunables) {
  /** Handing less than this over takes longer than copying it (decision note 013), bytes. */
  private static final long SMALLEST_MAPPED = 128 << 10;

  Target with(TunableTable other) {
    return new Target(cl, programs, settings, other);
  }

  /** Which of the two families of kernels. */
  Settings.Family family() {
    return settings.family(cl.device());
  }

  /** True if products are computed in 16 bits where values are stored so. */
  boolean halfArithmetic() {
    return settings.halfArithmetic();
  }

  /** True if a tensor of the caller is the device's own memory, false if it is copied. */
  boolean mapped(long bytes) {
    return settings.mapped().orElse(cl.device().unified() && bytes >= SMALLEST_MAPPED);
  }
}
