package dev.tandem.kernels.opencl.plan;

import java.util.Optional;

/**
 * A piece of device memory that the kernels of a plan need.
 *
 * @param number its place in {@link KernelPlan#buffers}
 * @param purpose what it is for, in messages
 * @param contents of weights and constants; other buffers need none
 * @param share names the contents of a weight: buffers of equal names have equal contents, for one
 *     source of weights; empty for other buffers
 */
public record PlannedBuffer(
    int number, Kind kind, String purpose, long bytes, Optional<Contents> contents, String share) {

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
    /** A weight as its file has it: unpacked before each operation that reads it. */
    RESTING,
    /** The same, but not kept: brought before each operation that reads it. One at a time. */
    STREAMED,
    /** Written by the caller, in 32-bit elements. */
    INPUT,
    /** Read by the caller, in 32-bit elements. */
    OUTPUT
  }
}
