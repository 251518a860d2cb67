package dev.tandem.kernels.opencl;

import dev.tandem.devices.CompileOptions;
import dev.tandem.graph.Graph;
import dev.tandem.kernels.opencl.plan.DeviceTraits;
import dev.tandem.kernels.opencl.plan.KernelFamily;
import dev.tandem.kernels.opencl.plan.KernelPlan;
import dev.tandem.kernels.opencl.plan.KernelPlanner;
import dev.tandem.kernels.opencl.plan.TunableTable;

/**
 * What graphs are compiled for and with.
 *
 * @param pool weights that executables share
 * @param tunables of the kernels, by device and shape
 */
record Target(
    ClContext cl, Programs programs, WeightPool pool, Settings settings, TunableTable tunables) {
  /** Handing less than this over takes longer than copying it (decision note 013), bytes. */
  private static final long SMALLEST_MAPPED = 128 << 10;

  Target with(TunableTable other) {
    return new Target(cl, programs, pool, settings, other);
  }

  /** The kernels of a graph, one part of the batch for each half of the device. */
  KernelPlan plan(Graph source, CompileOptions options) {
    DeviceTraits device = cl.device().traits().withComputeUnits(cl.computeUnits());
    return new KernelPlanner(device, family(), halfArithmetic(), tunables)
        .plan(source, options, cl.halves());
  }

  /** Which of the two families of kernels. */
  KernelFamily family() {
    return settings.family(cl.device());
  }

  /** True if products are computed in 16 bits where values are stored so. */
  boolean halfArithmetic() {
    return settings.halfArithmetic();
  }

  /** True if a tensor of the caller is the device's own memory, false if it is copied. */
  boolean mapped(long bytes) {
    return settings.mapped().orElse(cl.device().unified() && bytes >= SMALLEST_MAPPED);
  }
}
