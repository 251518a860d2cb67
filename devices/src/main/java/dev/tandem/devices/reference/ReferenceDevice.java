package dev.tandem.devices.reference;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import java.util.ArrayList;
import java.util.List;

/** Computes graphs in plain Java, exactly as they are given: the oracle of every test. */
public final class ReferenceDevice implements Device {
  private final DeviceInfo info;
  private final Workers workers;
  private final List<Executable> executables = new ArrayList<>();
  private boolean closed;

  ReferenceDevice(DeviceInfo info, int threads) {
    this.info = info;
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
    Executable e =
        ReferenceExecutable.of(graph, weights, options.precision(), workers, executables::remove);
    executables.add(e);
    return e;
  }

  @Override
  public void close() {
    closed = true;
    List.copyOf(executables).forEach(Executable::close);
    workers.close();
  }
}
