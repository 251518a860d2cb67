package dev.tandem.lab;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Times of graphs with random weights and inputs, in turns: each round runs all of them once, so
 * that what else the machine does meets all alike. The first run of each does not count.
 */
final class EvaluationTimes {
  private final Device device;
  private final List<Graph> graphs;

  EvaluationTimes(Device device, List<Graph> graphs) {
    this.device = device;
    this.graphs = graphs;
  }

  /**
   * Measures.
   *
   * @param stop asked before each round but the first: whether to leave it at what there is
   * @return median seconds of each graph
   */
  List<Interval> measure(int rounds, BooleanSupplier stop) {
    List<Executable> compiled = new ArrayList<>();
    List<RandomWeights> weights = new ArrayList<>(); // a device may read them where they lie
    try {
      for (Graph g : graphs) {
        weights.add(new RandomWeights(g));
        compiled.add(device.compile(g, weights.getLast(), CompileOptions.DEFAULT));
      }
      compiled.forEach(EvaluationTimes::fill);
      compiled.forEach(Executable::run);
      double[][] seconds = new double[graphs.size()][rounds];
      int done = 0;
      while (done < rounds && (done == 0 || !stop.getAsBoolean())) {
        for (int g = 0; g < seconds.length; g++) {
          long start = System.nanoTime();
          compiled.get(g).run();
          seconds[g][done] = (System.nanoTime() - start) / 1e9;
        }
        done++;
      }
      int rounded = done;
      return Arrays.stream(seconds).map(s -> Intervals.median(Arrays.copyOf(s, rounded))).toList();
    } finally {
      compiled.forEach(Executable::close);
      weights.forEach(RandomWeights::close);
    }
  }

  private static void fill(Executable executable) {
    SplittableRandom random = new SplittableRandom(7);
    for (Node n : executable.graph().inputs()) {
      int count = Math.toIntExact(n.shape().elements());
      if (n.type() == DType.I32) {
        executable.input(n.name()).set(new int[count]);
      } else {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
          values[i] = (float) random.nextGaussian();
        }
        executable.input(n.name()).set(values);
      }
    }
  }
}
