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
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Another device on which something throws an error in one run of one network.
 *
 * @param network first word of the graph's name: text, unet or vae
 * @param first number of the network's run from which it throws, from 0
 */
record ThrowingDevice(Device device, String network, int first, Error error, AtomicInteger runs)
    implements Device {

  static ThrowingDevice of(Device device, String network, int first, Error error) {
    return new ThrowingDevice(device, network, first, error, new AtomicInteger());
  }

  @Override
  public DeviceInfo info() {
    return device.info();
  }

  @Override
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    return new Throwing(device.compile(graph, weights, options));
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
  }

  private final class Throwing implements Executable {
    private final Executable executable;

    private Throwing(Executable executable) {
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
      if (graph().name().startsWith(network) && runs.getAndIncrement() >= first) {
        throw error;
      }
      executable.run(spans);
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
