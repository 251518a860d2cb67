package dev.tandem.devices;

import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;

/** Between which numbers the memory of a graph lies on any device, known without asking one. */
public final class GraphMemory {
  /** Winograd weights are four times as large as in F32, and panels are padded. */
  private static final int MOST_OF_WEIGHTS = 8 * Float.BYTES;

  /** Of a number, where real ones are kept in 16 bits. */
  private static final int LEAST_OF_WEIGHTS = 2;

  /** Winograd's input and output are 2.25 times as large as the tensors. */
  private static final int MOST_OF_ACTIVATIONS = 4;

  private static final long MOST_OF_THE_REST = 64 << 20;

  private GraphMemory() {}

  /**
   * No more than any device takes for a graph: what is alive at one time, fused as devices do it,
   * and the weights, which may be kept in 16 bits, or packed where the graph has them so, or not at
   * all where they are streamed.
   */
  public static MemoryUse least(Graph graph, CompileOptions options) {
    int part = options.precision() == CompileOptions.Precision.F16 ? 2 : 1;
    Graph fused = Fusion.apply(graph);
    long activations = MemoryPlan.of(fused, 1).peakLiveBytes() / part;
    boolean kept = options.weights() != CompileOptions.WeightMemory.STREAM;
    long weights = kept ? graph.weights().stream().mapToLong(GraphMemory::least).sum() : 0;
    long largest =
        fused.nodes().stream().filter(Node::isComputed).mapToLong(Node::bytes).max().orElse(1);
    return new MemoryUse(activations, weights, 0, largest / part);
  }

  private static long least(Node weight) {
    return Math.min(LEAST_OF_WEIGHTS, weight.type().bytes()) * weight.shape().elements();
  }

  /**
   * More than any device takes for a graph, from the sizes of its values alone, whatever type its
   * weights are stored in: what is packed may be unpacked beside it.
   */
  public static MemoryUse bound(Graph graph) {
    long weights = 0;
    long activations = 0;
    for (Node n : graph.nodes()) {
      if (n.isConstant()) {
        weights += MOST_OF_WEIGHTS * n.shape().elements();
      } else if (!n.isView()) {
        activations += MOST_OF_ACTIVATIONS * n.bytes();
      }
    }
    long largest = Math.max(MOST_OF_THE_REST, Math.max(weights, activations));
    return new MemoryUse(activations, weights, MOST_OF_THE_REST, largest);
  }

  /**
   * {@link #bound} where that will do, else the device's own estimate: for all but the usual
   * options the device is asked, so that it refuses what it cannot do.
   *
   * @throws DeviceException if an operation or the precision is not supported
   */
  public static MemoryUse rough(Device device, Graph graph, CompileOptions options) {
    return options.equals(CompileOptions.DEFAULT) ? bound(graph) : device.estimate(graph, options);
  }
}
