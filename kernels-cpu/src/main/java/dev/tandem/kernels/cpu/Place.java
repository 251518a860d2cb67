package dev.tandem.kernels.cpu;

/**
 * Where a value lies: at an address, or at an offset of the scratch area, whose address is known
 * only when everything is compiled.
 */
record Place(boolean scratch, long offset) {
  static Place at(long address) {
    return new Place(false, address);
  }

  static Place scratch(long offset) {
    return new Place(true, offset);
  }

  /** The place that many F32 elements further on. */
  Place plusFloats(long elements) {
    return new Place(scratch, offset + elements * Float.BYTES);
  }
}
