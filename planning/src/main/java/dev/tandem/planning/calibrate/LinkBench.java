package dev.tandem.planning.calibrate;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.WeightException;
import dev.tandem.devices.profile.Link;
import dev.tandem.devices.profile.Range;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The way between host and device: a buffer filled by the host and, where the device has memory of
 * its own, uploaded. With shared memory that is a copy within main memory and the hand-over of a
 * mapped buffer.
 */
final class LinkBench {
  private static final int LARGE = 1 << 22;
  private static final int SMALL = 64;
  private static final int RUNS = 9;

  private LinkBench() {}

  /** Measures the link of a device. */
  static Link of(String id, Device device) {
    double small = ns(device, SMALL);
    double large = ns(device, LARGE);
    double perByte = Math.max(1e-6, (large - small) / ((LARGE - SMALL) * 4.0));
    return new Link(
        Link.HOST,
        id,
        Rounding.of(1 / perByte, Range.RATE),
        Rounding.of(small / 1e3, Range.AMOUNT));
  }

  /** Median time to hand over so many floats, ns. */
  private static double ns(Device device, int floats) {
    GraphBuilder g = new GraphBuilder("link " + floats);
    var x = g.input("x", Shape.of(1, floats), DType.F32);
    g.output("y", g.scale("half", x, 0.5f, 0f));
    Graph graph = g.build();
    float[] data = new float[floats];
    List<Double> times = new ArrayList<>();
    try (Executable e =
        device.compile(
            graph,
            name -> {
              throw new WeightException("no weight '" + name + "' in a graph without weights");
            },
            CompileOptions.DEFAULT)) {
      for (int i = 0; i <= RUNS; i++) {
        long start = System.nanoTime();
        e.input("x").set(data);
        Uploads uploads = new Uploads(System.nanoTime() - start);
        e.run(uploads);
        if (i > 0) {
          times.add((double) uploads.ns);
        }
      }
    }
    return Statistics.of(times).median();
  }

  /** Adds up what the device says of its transfers from the host. */
  private static final class Uploads implements OpSpans {
    private long ns;

    private Uploads(long ns) {
      this.ns = ns;
    }

    @Override
    public boolean operations() {
      return false;
    }

    @Override
    public void span(dev.tandem.graph.Node node, long startNs, long endNs) {}

    @Override
    public void transfer(Direction direction, long bytes, long startNs, long endNs) {
      if (direction == Direction.UPLOAD || direction == Direction.UNMAP) {
        ns += endNs - startNs;
      }
    }
  }
}
