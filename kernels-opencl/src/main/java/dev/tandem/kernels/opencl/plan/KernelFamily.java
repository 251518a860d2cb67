package dev.tandem.kernels.opencl.plan;

/** The two families of kernels. */
public enum KernelFamily {
  /** Register blocks, one work-item a work-group. */
  CPU,
  /** Tiles in local memory. */
  GPU
}
