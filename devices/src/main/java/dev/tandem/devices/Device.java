package dev.tandem.devices;

import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.graph.Graph;
import java.util.Optional;
import java.util.Set;

/**
 * Something that computes graphs. Opened by {@link Devices#open}, closed by its user; closing it
 * closes every executable made by it.
 *
 * <p>Thread rule: one thread at a time uses a device and its executables; two devices may be used
 * by two threads at once. {@link #compile} may have helpers of its own, which have ended when it
 * returns or throws.
 */
public interface Device extends AutoCloseable {
  DeviceInfo info();

  /**
   * Chooses kernels, re-lays weights and places all activations in one arena.
   *
   * @throws DeviceException if an operation is not supported or memory does not suffice; the
   *     message names the operation and node, or the sizes
   * @throws WeightException if a weight is missing or has another shape
   */
  Executable compile(Graph graph, Weights weights, CompileOptions options);

  /**
   * The memory that {@link #compile} would take, found without taking any and without reading a
   * weight: exact, or an upper bound of {@link Executable#memory}.
   *
   * @throws DeviceException if an operation or the precision is not supported
   */
  Executable.MemoryUse estimate(Graph graph, CompileOptions options);

  /** How much memory this device may use: its own, or less if it was opened with a limit. */
  MemoryLimit memoryLimit();

  /**
   * Measures what the device reaches, in about a second.
   *
   * @throws DeviceException if it fails
   */
  default Probe probe() {
    return OperationProbe.of(this);
  }

  /** True if products are computed in 16 bits where values are stored so. */
  default boolean halfArithmetic() {
    return false;
  }

  /** Where it can leave weights: what {@link CompileOptions#weights} may be. */
  default Set<WeightMemory> weightMemory() {
    return Set.of(WeightMemory.AUTO);
  }

  /** Whose clock the times come from that {@link Executable#run(OpSpans)} tells. */
  default Clock clock() {
    return Clock.HOST;
  }

  /**
   * Which hardware computes, as a driver says: devices of equal texts share its memory. Empty where
   * no more is known than the name tells ({@link DeviceSpec#physical}).
   */
  default Optional<String> hardware() {
    return Optional.empty();
  }

  @Override
  void close();
}
