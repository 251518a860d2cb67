package dev.tandem.devices.simulated;

import dev.tandem.devices.Clock;
import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.DeviceMemoryException;
import dev.tandem.devices.Executable;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import java.util.concurrent.atomic.AtomicInteger;

/** Another device of which some runs go wrong. A run that hangs computes nothing. */
public final class FaultyDevice implements Device {
  private final Device device;
  private final Faults faults;
  private final SimulatedTime time;
  private final AtomicInteger runs = new AtomicInteger();

  /**
   * Takes over a device.
   *
   * @param time in which a run hangs
   */
  public FaultyDevice(Device device, Faults faults, SimulatedTime time) {
    this.device = device;
    this.faults = faults;
    this.time = time;
  }

  @Override
  public DeviceInfo info() {
    return device.info();
  }

  @Override
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    return new FaultyExecutable(device.compile(graph, weights, options));
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
  public Clock clock() {
    return device.clock();
  }

  @Override
  public void close() {
    device.close();
  }

  private final class FaultyExecutable implements Executable {
    private final Executable executable;

    private FaultyExecutable(Executable executable) {
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
      int run = runs.getAndIncrement();
      switch (faults.in(run)) {
        case NONE -> executable.run(spans);
        case FAIL ->
            throw new DeviceException(
                "device '" + info().id() + "': run " + run + " fails as planned");
        case OUT_OF_MEMORY ->
            throw new DeviceMemoryException(
                "device '" + info().id() + "': run " + run + " has no memory, as planned");
        case HANG -> time.spend(SimulatedTime.FOREVER);
      }
    }

    @Override
    public MemoryUse memory() {
      return executable.memory();
    }

    @Override
    public void close() {
      executable.close();
    }
  }
}
