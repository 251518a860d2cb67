package dev.tandem.devices;

import dev.tandem.graph.Graph;
import java.util.List;

/**
 * A compiled graph with its own memory. Write {@link #input}, call {@link #run}, read {@link
 * #output}; nothing is allocated while running. Inputs keep their contents between runs, so an
 * input that does not change is written once.
 */
public interface Executable extends AutoCloseable {
  /** The graph as compiled, after fusion. */
  Graph graph();

  /**
   * Host-visible memory of an input: written by the caller before {@link #run}. The same tensor at
   * every call.
   *
   * @throws dev.tandem.graph.GraphException if there is no such input
   */
  Tensor input(String name);

  /**
   * Host-visible memory of an output: valid after {@link #run} until the next one. The same tensor
   * at every call.
   *
   * @throws dev.tandem.graph.GraphException if there is no such output
   */
  Tensor output(String name);

  /**
   * Computes the outputs from the inputs; returns when they are there.
   *
   * @param spans told when each operation started and ended, in device time aligned to {@link
   *     System#nanoTime}; {@link OpSpans#NONE} costs nothing
   * @throws DeviceException if the device fails
   */
  void run(OpSpans spans);

  default void run() {
    run(OpSpans.NONE);
  }

  /** How each product is computed, as the device tells it; empty where it keeps no record. */
  default List<ProductKernel> products() {
    return List.of();
  }

  /** Memory for activations, weights and scratch on the device, bytes. */
  MemoryUse memory();

  @Override
  void close();

  /**
   * Device memory of an executable, bytes.
   *
   * @param arena activations, inputs and outputs
   * @param weights weights in the device's own layout
   * @param scratch what kernels need beside that
   * @param largest the largest single buffer among all these
   */
  record MemoryUse(long arena, long weights, long scratch, long largest) {
    /** Of nothing. */
    public static final MemoryUse NONE = new MemoryUse(0, 0, 0, 0);

    public long total() {
      return arena + weights + scratch;
    }

    /** Both at one time. */
    public MemoryUse plus(MemoryUse other) {
      return new MemoryUse(
          arena + other.arena,
          weights + other.weights,
          scratch + other.scratch,
          Math.max(largest, other.largest));
    }

    @Override
    public String toString() {
      return "%s (activations %s, weights %s, scratch %s)"
          .formatted(
              ByteSize.format(total()),
              ByteSize.format(arena),
              ByteSize.format(weights),
              ByteSize.format(scratch));
    }
  }
}
