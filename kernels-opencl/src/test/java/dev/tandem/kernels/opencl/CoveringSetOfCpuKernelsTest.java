package dev.tandem.kernels.opencl;

import org.junit.jupiter.api.Test;

/** Kernels for CPUs, with any values of their tunables. */
class CoveringSetOfCpuKernelsTest {
  @Test
  void aCoveringSetOfTunablesIsRight() {
    CoveringSet.assertRight("cpu", "gemm_panel", "attention_lanes");
  }
}
