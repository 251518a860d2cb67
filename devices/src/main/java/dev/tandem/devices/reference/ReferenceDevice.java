package dev.tandem.devices.reference;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Executable;
import dev.tandem.devices.MemoryBudget;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import java.util.ArrayList;
import java.util.List;

/** Computes graphs in plain Java, exactly as they are given: the oracle of every test. */
public final class ReferenceDevice implements Device {
  private final DeviceInfo info;
  private final Workers workers;
  private final MemoryBudget budget;
  private final List<Executable> executables = new ArrayList<>();
  private boolean closed;

  ReferenceDevice(DeviceInfo info, MemoryLimit limit, int threads) {
    this.info = info;
    this.budget = new MemoryBudget(info.id(), limit);
    this.workers = new Workers(threads);
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    if (closed) {
      throw new DeviceException("device '" + info.id() + "' is closed; open it again");
    }
    long need = estimate(graph, options).total();
    budget.take("'" + graph.name() + "'", need);
    boolean made = false;
    try {
      Executable e =
          ReferenceExecutable.of(
              graph, weights, options.precision(), workers, x -> closed(x, need));
      executables.add(e);
      made = true;
      return e;
    } finally {
      if (!made) {
        budget.giveBack(need);
      }
    }
  }

  private void closed(Executable e, long bytes) {
    executables.remove(e);
    budget.giveBack(bytes);
  }

  @Override
  public Executable.MemoryUse estimate(Graph graph, CompileOptions options) {
    return Estimate.of(graph, workers.count());
  }

  @Override
  public MemoryLimit memoryLimit() {
    return budget.limit();
  }

  @Override
  public void close() {
    closed = true;
    List.copyOf(executables).forEach(Executable::close);
    workers.close();
  }
}
