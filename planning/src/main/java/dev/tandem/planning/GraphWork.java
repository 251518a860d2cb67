package dev.tandem.planning;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.profile.DeviceProfile;
import dev.tandem.devices.profile.OperationClass;
import dev.tandem.devices.profile.OperationCost;
import dev.tandem.graph.Cost;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * What a graph asks of a device: its operations, and the memory for weights and activations.
 *
 * @param memoryBytes weights and activations as they are stored
 */
record GraphWork(List<Operation> operations, long memoryBytes) {
  private static final int ALIGNMENT = 64;

  /** One operation, fused as devices do it. */
  record Operation(OperationClass type, long flops, long bytes) {}

  static GraphWork of(List<Graph> graphs, Precision precision) {
    List<Operation> operations = new ArrayList<>();
    long memory = 0;
    for (Graph source : graphs) {
      Graph g = Fusion.apply(source);
      for (Node n : g.nodes()) {
        if (n.isComputed()) {
          Cost c = Cost.of(n);
          long bytes = StoredBytes.of(c.bytesRead() + c.bytesWritten(), precision);
          operations.add(new Operation(OperationClass.of(n), c.flops(), bytes));
        }
      }
      memory += MemoryPlan.of(g, ALIGNMENT).arenaBytes();
      memory += g.weights().stream().mapToLong(Node::bytes).sum();
    }
    return new GraphWork(operations, StoredBytes.of(memory, precision));
  }

  /**
   * Time on a device from what its operations cost; where a class is not known, from the device's
   * peak, ns.
   */
  double nanos(DeviceProfile device) {
    double sum = 0;
    for (Operation o : operations) {
      OperationCost cost =
          device
              .operation(o.type())
              .orElseGet(
                  () ->
                      new OperationCost(
                          o.type(), device.peak().gflops(), device.peak().gigabytesPerSecond(), 0));
      sum += cost.nanos(o.flops(), o.bytes());
    }
    return sum;
  }
}
