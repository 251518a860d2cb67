package dev.tandem.kernels.opencl;

import org.junit.jupiter.api.Test;

/** Kernels for GPUs, with any values of their tunables. */
class CoveringSetOfGpuKernelsTest {
  @Test
  void aCoveringSetOfTunablesIsRight() {
    CoveringSet.assertRight("gpu", "gemm_tile", "attention_tile");
  }
}
