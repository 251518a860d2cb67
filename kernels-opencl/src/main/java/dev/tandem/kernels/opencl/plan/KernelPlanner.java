package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.graph.BatchSplit;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;

/**
 * Chooses kernels for graphs. It asks no device and reads no weight.
 *
 * @param device that the kernels are for
 * @param halfArithmetic true if products are computed in 16 bits where values are stored so; for
 *     {@link KernelFamily#GPU} only
 * @param tunables of the kernels, by device and shape
 */
public record KernelPlanner(
    DeviceTraits device, KernelFamily family, boolean halfArithmetic, TunableTable tunables) {

  /**
   * Plans a graph.
   *
   * @param workers how many parts of a batch may be computed beside each other, each by an equal
   *     share of the compute units; 1 for the batch as a whole
   * @throws dev.tandem.devices.DeviceException if there is no kernel for an operation
   */
  public KernelPlan plan(Graph source, CompileOptions options, int workers) {
    Graph fused = Fusion.apply(source);
    WeightMemory weights = RestingWeights.memory(fused, options.weights());
    // Parts that run beside each other would unpack each weight twice.
    int parts = weights == WeightMemory.SPEED ? BatchSplit.parts(fused, workers) : 1;
    return new GraphLowering(this, fused, options.withWeights(weights)).plan(parts);
  }
}
