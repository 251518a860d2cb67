package dev.tandem.conformance.pipeline;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable;
import dev.tandem.devices.ForwardingDevice;
import dev.tandem.devices.ForwardingExecutable;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Another device whose executables are counted. */
final class CountedDevice extends ForwardingDevice {
  private final Set<Executable> open = ConcurrentHashMap.newKeySet();
  private final List<String> compiled = new ArrayList<>();
  private long peakBytes;
  private boolean closed;

  CountedDevice(Device device) {
    super(device);
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
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    Executable made = new Counted(super.compile(graph, weights, options));
    open.add(made);
    synchronized (this) {
      compiled.add(graph.name());
      peakBytes = Math.max(peakBytes, openBytes());
    }
    return made;
  }

  @Override
  public void close() {
    super.close();
    synchronized (this) {
      closed = true;
    }
  }

  private final class Counted extends ForwardingExecutable {
    private Counted(Executable executable) {
      super(executable);
    }

    @Override
    public void close() {
      open.remove(this);
      super.close();
    }
  }
}
