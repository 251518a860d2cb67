package dev.tandem.kernels.cpu;

/** One piece of work, fully prepared: running it allocates nothing. */
@FunctionalInterface
interface Kernel {
  void run();
}
