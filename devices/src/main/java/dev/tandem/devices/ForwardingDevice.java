package dev.tandem.devices;

import dev.tandem.graph.Graph;
import java.util.Optional;
import java.util.Set;

/**
 * Another device of which something is otherwise: what is not overridden it does. Only {@link
 * #probe} is not passed on, so that it measures what this object does.
 */
public abstract class ForwardingDevice implements Device {
  private final Device device;

  /** Takes over a device: closing this closes it. */
  protected ForwardingDevice(Device device) {
    this.device = device;
  }

  @Override
  public DeviceInfo info() {
    return device.info();
  }

  @Override
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    return device.compile(graph, weights, options);
  }

  @Override
  public Executable.MemoryUse estimate(Graph graph, CompileOptions options) {
    return device.estimate(graph, options);
  }

  @Override
  public MemoryLimit memoryLimit() {
    return device.memoryLimit();
  }

  @Override
  public boolean halfArithmetic() {
    return device.halfArithmetic();
  }

  @Override
  public Set<CompileOptions.WeightMemory> weightMemory() {
    return device.weightMemory();
  }

  @Override
  public Clock clock() {
    return device.clock();
  }

  @Override
  public Optional<String> hardware() {
    return device.hardware();
  }

  @Override
  public void close() {
    device.close();
  }
}
