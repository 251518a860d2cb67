package dev.tandem.kernels.cpu;

/** Copies values from one layout into another. */
@FunctionalInterface
interface Reorder {
  /** Copies between two addresses. */
  void run(long from, long to);
}
