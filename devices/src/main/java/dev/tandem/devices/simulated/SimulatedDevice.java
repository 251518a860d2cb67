package dev.tandem.devices.simulated;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.MemoryBudget;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import java.util.ArrayList;
import java.util.List;

/** A device that takes the stated time and memory, and no more than its memory. */
public final class SimulatedDevice implements Device {
  private static final int ALIGNMENT = 64;

  private final DeviceInfo info;
  private final SimulatedCosts costs;
  private final SimulatedTime time;
  private final MemoryBudget memory;
  private final List<SimulatedExecutable> executables = new ArrayList<>();
  private long peakBytes;
  private boolean closed;

  /**
   * A device with nothing on it.
   *
   * @param info its {@code memoryBytes} is a limit
   */
  public SimulatedDevice(DeviceInfo info, SimulatedCosts costs, SimulatedTime time) {
    this.info = info;
    this.costs = costs;
    this.time = time;
    memory = new MemoryBudget("device '" + info.id() + "'", MemoryLimit.of(info.memoryBytes()));
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  /** The most memory that was in use at one time, bytes. */
  public long peakBytes() {
    return peakBytes;
  }

  @Override
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    if (closed) {
      throw new DeviceException("device '" + info.id() + "' is closed; open it again");
    }
    MemoryUse use = estimate(graph, options);
    memory.take(graph.name(), use.total());
    SimulatedExecutable e = new SimulatedExecutable(this, graph, use);
    peakBytes = Math.max(peakBytes, memory.used());
    executables.add(e);
    return e;
  }

  @Override
  public MemoryUse estimate(Graph graph, CompileOptions options) {
    long arena = MemoryPlan.of(graph, ALIGNMENT).arenaBytes();
    long weights = graph.weights().stream().mapToLong(Node::bytes).sum();
    return new MemoryUse(arena, weights, 0, Math.max(arena, weights));
  }

  @Override
  public MemoryLimit memoryLimit() {
    return memory.limit();
  }

  void spend(Graph graph) {
    time.spend(costs.runNs(graph));
  }

  void forget(SimulatedExecutable e) {
    if (executables.remove(e)) {
      memory.giveBack(e.memory().total());
    }
  }

  @Override
  public void close() {
    closed = true;
    List.copyOf(executables).forEach(SimulatedExecutable::close);
  }
}
