package dev.tandem.devices;

import dev.tandem.graph.Shape;
import dev.tandem.graph.SubpixelConvolution.Phase;
import java.lang.foreign.Arena;

/**
 * A checkpoint that also has the summed kernels that {@link dev.tandem.graph.SubpixelConvolution}
 * asks for; they are computed in F32 when asked.
 *
 * @param checkpoint where all other weights come from
 */
public record PhaseWeights(Weights checkpoint) implements Weights {
  @Override
  public Tensor get(String name) {
    return Phase.of(name).map(this::summed).orElseGet(() -> checkpoint.get(name));
  }

  @Override
  public boolean concurrent() {
    return checkpoint.concurrent();
  }

  private Tensor summed(Phase phase) {
    Tensor w = checkpoint.get(phase.weight());
    Shape s = w.shape();
    if (s.rank() != 4 || s.dim(2) != 3 || s.dim(3) != 3) {
      throw new WeightException(
          "weight '" + phase.weight() + "' has shape " + s + ", expected a 3x3 convolution");
    }
    // Lives as long as it is reachable: a device copies it while it compiles.
    return Tensor.of(Arena.ofAuto(), s.with(2, 2).with(3, 2), phase.of(w.toFloats()));
  }
}
