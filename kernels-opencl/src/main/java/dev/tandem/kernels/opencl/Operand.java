package dev.tandem.kernels.opencl;

/** A tensor argument of a kernel. */
sealed interface Operand {
  /** A tensor at a known place. */
  record At(Ref ref) implements Operand {}

  /** A part of the scratch memory, which gets its place when its size is known. */
  record InScratch(Scratch.Part part) implements Operand {}
}
