package dev.tandem.conformance.pipeline;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable;
import dev.tandem.devices.ForwardingDevice;
import dev.tandem.devices.ForwardingExecutable;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import java.util.concurrent.atomic.AtomicInteger;

/** Another device on which something throws an error in one run of one network. */
final class ThrowingDevice extends ForwardingDevice {
  private final String network;
  private final int first;
  private final Error error;
  private final AtomicInteger runs = new AtomicInteger();

  /**
   * Takes over a device.
   *
   * @param network kind of the graph: text, unet or vae
   * @param first number of the network's run from which it throws, from 0
   */
  ThrowingDevice(Device device, String network, int first, Error error) {
    super(device);
    this.network = network;
    this.first = first;
    this.error = error;
  }

  @Override
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    return new Throwing(super.compile(graph, weights, options));
  }

  private final class Throwing extends ForwardingExecutable {
    private Throwing(Executable executable) {
      super(executable);
    }

    @Override
    public void run(OpSpans spans) {
      if (graph().kind().equals(network) && runs.getAndIncrement() >= first) {
        throw error;
      }
      super.run(spans);
    }
  }
}
