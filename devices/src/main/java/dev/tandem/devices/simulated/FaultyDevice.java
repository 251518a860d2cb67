package dev.tandem.devices.simulated;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceMemoryException;
import dev.tandem.devices.Executable;
import dev.tandem.devices.ForwardingDevice;
import dev.tandem.devices.ForwardingExecutable;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import java.util.concurrent.atomic.AtomicInteger;

/** Another device of which some runs go wrong. A run that hangs computes nothing. */
public final class FaultyDevice extends ForwardingDevice {
  private final Faults faults;
  private final SimulatedTime time;
  private final AtomicInteger runs = new AtomicInteger();

  /**
   * Takes over a device.
   *
   * @param time in which a run hangs
   */
  public FaultyDevice(Device device, Faults faults, SimulatedTime time) {
    super(device);
    this.faults = faults;
    this.time = time;
  }

  @Override
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    return new FaultyExecutable(super.compile(graph, weights, options));
  }

  private final class FaultyExecutable extends ForwardingExecutable {
    private FaultyExecutable(Executable executable) {
      super(executable);
    }

    @Override
    public void run(OpSpans spans) {
      int run = runs.getAndIncrement();
      switch (faults.in(run)) {
        case NONE -> super.run(spans);
        case FAIL ->
            throw new DeviceException(
                "device '" + info().id() + "': run " + run + " fails as planned");
        case OUT_OF_MEMORY ->
            throw new DeviceMemoryException(
                "device '" + info().id() + "': run " + run + " has no memory, as planned");
        case HANG -> time.spend(SimulatedTime.FOREVER);
      }
    }
  }
}
