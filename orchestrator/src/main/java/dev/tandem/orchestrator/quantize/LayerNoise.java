package dev.tandem.orchestrator.quantize;

import dev.tandem.stages.quantize.Noise;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What rounding costs a layer.
 *
 * @param layer for example {@code down_blocks.0.resnets.0.conv1}
 * @param weights against those of the model; where its products are of whole numbers, each input
 *     channel counts as large as it is rounded
 * @param input what the layer reads, over the calibration; empty where it stays real numbers
 */
public record LayerNoise(String layer, Noise weights, Optional<Noise> input) {
  /** Signal-to-quantisation-noise ratio of the weights, dB; infinite where nothing was lost. */
  public double weightsDb() {
    return weights.db();
  }

  /** The same of the input. */
  public OptionalDouble inputDb() {
    return input.stream().mapToDouble(Noise::db).findFirst();
  }
}
