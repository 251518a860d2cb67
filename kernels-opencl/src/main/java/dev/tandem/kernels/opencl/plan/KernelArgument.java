package dev.tandem.kernels.opencl.plan;

/** An argument of a kernel. */
public sealed interface KernelArgument {
  /** A whole buffer, by its number. */
  record Buffer(int number) implements KernelArgument {}

  /** Local memory of a work-group, uninitialised. */
  record Local(long bytes) implements KernelArgument {}

  /** A 32-bit whole number. */
  record I32(int value) implements KernelArgument {}

  /** A 64-bit whole number, which kernels take as unsigned. */
  record I64(long value) implements KernelArgument {}

  /** A 32-bit float. */
  record F32(float value) implements KernelArgument {}
}
