package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

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

  /**
   * The tensor whose memory is what {@link #write} would write, if there is one: it may be used in
   * place of a buffer of its own as long as the source of weights is open.
   */
  default Optional<Tensor> inPlace(Weights weights) {
    return Optional.empty();
  }
}
