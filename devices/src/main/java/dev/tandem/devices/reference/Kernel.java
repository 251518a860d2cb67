package dev.tandem.devices.reference;

/** One operation, bound to the arrays that it reads and writes. */
@FunctionalInterface
interface Kernel {
  void run();
}
