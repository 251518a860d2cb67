package dev.tandem.devices;

import dev.tandem.graph.Cost;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Measures any device through its contract: a matrix product and a scaling, least time of some. */
final class OperationProbe {
  private static final int LARGEST = 1024;
  private static final int ROUNDS = 8;
  private static final long LONG_ENOUGH_NS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LIMIT_NS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final int COPIED = 8 << 20; // floats: larger than the caches of most processors

  private OperationProbe() {}

  static Probe of(Device device) {
    double gflops = 0;
    for (int n = 128; n <= LARGEST; n *= 2) {
      Graph g = product(n);
      long ns = leastNanos(device, g);
      gflops = Math.max(gflops, Cost.of(g).flops() / (double) ns);
      if (ns > LONG_ENOUGH_NS) {
        break;
      }
    }
    Graph g = scaling();
    Cost cost = Cost.of(g);
    double bytes = cost.bytesRead() + cost.bytesWritten();
    return new Probe(gflops, bytes / leastNanos(device, g), Probe.By.OPERATIONS);
  }

  private static Graph product(int n) {
    GraphBuilder b = new GraphBuilder("probe: product of " + n);
    Node x = b.input("x", Shape.of(n, n), DType.F32);
    Node y = b.input("y", Shape.of(n, n), DType.F32);
    return b.output("z", b.matMul("product", x, y, false, 1)).build();
  }

  private static Graph scaling() {
    GraphBuilder b = new GraphBuilder("probe: scaling");
    Node x = b.input("x", Shape.of(COPIED), DType.F32);
    return b.output("z", b.scale("scaling", x, 2, 1)).build();
  }

  private static long leastNanos(Device device, Graph g) {
    Weights none =
        name -> {
          throw new WeightException("the probe has no weight '" + name + "'");
        };
    try (Executable e = device.compile(g, none, CompileOptions.DEFAULT)) {
      g.inputs().forEach(n -> fill(e.input(n.name())));
      e.run();
      long least = Long.MAX_VALUE;
      long all = 0;
      for (int i = 0; i < ROUNDS && all < LIMIT_NS; i++) {
        long start = System.nanoTime();
        e.run();
        long ns = Math.max(1, System.nanoTime() - start);
        least = Math.min(least, ns);
        all += ns;
      }
      return least;
    }
  }

  private static void fill(Tensor t) {
    float[] ones = new float[Math.toIntExact(t.elements())];
    Arrays.fill(ones, 0.5f);
    t.set(ones);
  }
}
