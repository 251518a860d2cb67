package dev.tandem.kernels.opencl.tuning;

/**
 * What of a device bounds its tunables.
 *
 * @param localMemory of a work-group, bytes
 * @param maxWorkGroup work-items of a work-group, at most
 * @param processor whether kernels for processors are used: register blocks, not local memory
 * @param vectorWidth floats in a vector register; 1 where there are none
 */
public record Limits(long localMemory, long maxWorkGroup, boolean processor, int vectorWidth) {
  /** Vector registers of a processor: 32 with AVX-512, else 16. */
  public int vectorRegisters() {
    return vectorWidth >= 16 ? 32 : 16;
  }

  /** Registers that a vector of so many floats takes. */
  public int registersOf(int floats) {
    return Math.max(1, (floats + vectorWidth - 1) / vectorWidth);
  }
}
