package dev.tandem.conformance.pipeline;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Executable;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Another device whose executables are counted. */
final class CountedDevice implements Device {
  private final Device device;
  private final Set<Executable> open = ConcurrentHashMap.newKeySet();
  private final List<String> compiled = new ArrayList<>();
  private long peakBytes;
  private boolean closed;

  CountedDevice(Device device) {
    this.device = device;
  }

  /** Executables that are not closed. */
  int open() {
    return open.size();
  }

  /** What those take, bytes. */
  long openBytes() {
    return open.stream().mapToLong(e -> e.memory().total()).sum();
  }

  /** The most that they took at one time, bytes. */
  synchronized long peakBytes() {
    return peakBytes;
  }

  /** Names of the graphs that were compiled so far. */
  synchronized List<String> compiled() {
    return List.copyOf(compiled);
  }

  synchronized boolean closed() {
    return closed;
  }

  @Override
  public DeviceInfo info() {
    return device.info();
  }

  @Override
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    Executable made = new Counted(device.compile(graph, weights, options));
    open.add(made);
    synchronized (this) {
      compiled.add(graph.name());
      peakBytes = Math.max(peakBytes, openBytes());
    }
    return made;
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
  public void close() {
    device.close();
    synchronized (this) {
      closed = true;
    }
  }

  private final class Counted implements Executable {
    private final Executable executable;

    private Counted(Executable executable) {
      this.executable = executable;
    }

    @Override
    public Graph graph() {
      return executable.graph();
    }

    @Override
    public Tensor input(String name) {
      return executable.input(name);
    }

    @Override
    public Tensor output(String name) {
      return executable.output(name);
    }

    @Override
    public void run(OpSpans spans) {
      executable.run(spans);
    }

    @Override
    public MemoryUse memory() {
      return executable.memory();
    }

    @Override
    public void close() {
      open.remove(this);
      executable.close();
    }
  }
}
