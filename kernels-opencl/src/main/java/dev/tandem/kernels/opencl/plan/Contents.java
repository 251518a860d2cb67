package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.Weights;
import java.lang.foreign.MemorySegment;

/** What a buffer holds before the first run. */
@FunctionalInterface
public interface Contents {
  /**
   * Writes all bytes of the buffer; several threads may write several buffers at once where the
   * weights are {@link Weights#concurrent}.
   *
   * @param to as many bytes as the buffer has, aligned for 32-bit elements
   * @throws dev.tandem.devices.WeightException if a weight is missing or does not fit its node
   */
  void write(Weights weights, MemorySegment to);
}
