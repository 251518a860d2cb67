package dev.tandem.kernels.cpu;

/**
 * A value that a primitive finds at another place each time it runs.
 *
 * @param memory oneDNN's handle of it
 * @param layout of the value
 * @param base address from which places are counted
 */
record Movable(OneDnn lib, long memory, long layout, long base) {
  /** From now on it begins that many F32 elements after the base. */
  void moveTo(long floats) {
    moveToAddress(base + floats * Float.BYTES);
  }

  /** From now on it begins at an address. */
  void moveToAddress(long address) {
    lib.setAddress(memory, address);
  }
}
