package dev.tandem.kernels.opencl.plan;

import java.util.Optional;

/**
 * A piece of device memory that the kernels of a plan need.
 *
 * @param number its place in {@link KernelPlan#buffers}
 * @param purpose what it is for, in messages
 * @param contents of weights and constants; other buffers need none
 */
public record PlannedBuffer(
    int number, Kind kind, String purpose, long bytes, Optional<Contents> contents) {

  /** What buffers are for. */
  public enum Kind {
    /** Activations, in the storage type; what they hold is of no use after a run. */
    ARENA,
    /** What single operations use while they run. */
    SCRATCH,
    /** Numbers that are in no checkpoint. */
    CONSTANT,
    /** A weight in the layout of its kernels. */
    WEIGHT,
    /** Written by the caller, in 32-bit elements. */
    INPUT,
    /** Read by the caller, in 32-bit elements. */
    OUTPUT
  }
}
