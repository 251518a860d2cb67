package dev.tandem.planning.calibrate;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.profile.DeviceProfile.Peak;
import dev.tandem.devices.profile.OperationClass;
import dev.tandem.devices.profile.OperationCost;
import dev.tandem.devices.profile.Range;
import dev.tandem.graph.Cost;
import dev.tandem.graph.Node;
import dev.tandem.planning.StoredBytes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What classes of operations reach on a device, from the operations of the model's own stages: each
 * operation counts with the median of its times.
 */
final class OperationBench {
  private static final int RUNS = 5;
  private static final double LEAST = 1e-3;

  private final Map<OperationClass, Sum> sums = new EnumMap<>(OperationClass.class);
  private final List<Double> launchNs = new ArrayList<>();
  private double bestFlops;
  private double bestBytes;

  private static final class Sum {
    private double ns;
    private double flops;
    private double bytes;
  }

  /** Runs the stages and adds up their operations. */
  static OperationBench of(Collection<StageBench> stages) {
    OperationBench bench = new OperationBench();
    stages.forEach(bench::add);
    return bench;
  }

  private void add(StageBench stage) {
    Map<Node, List<Double>> times = new HashMap<>();
    OpSpans listener =
        (node, from, to) ->
            times.computeIfAbsent(node, n -> new ArrayList<>()).add((double) (to - from));
    List<Double> totals = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      stage.run(OpSpans.NONE);
      totals.add(stage.run(listener));
    }
    double inOperations = 0;
    for (Map.Entry<Node, List<Double>> e : times.entrySet()) {
      double ns = Math.max(1, Statistics.of(e.getValue()).median());
      inOperations += ns;
      add(e.getKey(), stage.key().precision(), ns);
    }
    if (!times.isEmpty()) {
      double between = Statistics.of(totals).median() - inOperations;
      launchNs.add(Math.max(0, between / times.size()));
    }
  }

  private void add(Node n, Precision precision, double ns) {
    if (!n.isComputed()) {
      return; // an input that is converted to how it is stored
    }
    Cost cost = Cost.of(n);
    double bytes = StoredBytes.of(cost.bytesRead() + cost.bytesWritten(), precision);
    Sum sum = sums.computeIfAbsent(OperationClass.of(n), c -> new Sum());
    sum.ns += ns;
    sum.flops += cost.flops();
    sum.bytes += bytes;
    bestFlops = Math.max(bestFlops, cost.flops() / ns);
    bestBytes = Math.max(bestBytes, bytes / ns);
  }

  /** Costs of each class that the stages have. */
  List<OperationCost> costs() {
    double launch = launchNs.isEmpty() ? 0 : Statistics.of(launchNs).median() / 1e3;
    List<OperationCost> all = new ArrayList<>();
    sums.forEach(
        (type, sum) ->
            all.add(
                new OperationCost(
                    type,
                    Rounding.of(Math.max(LEAST, sum.flops / sum.ns), Range.RATE),
                    Rounding.of(Math.max(LEAST, sum.bytes / sum.ns), Range.RATE),
                    Rounding.of(launch, Range.AMOUNT))));
    return all;
  }

  /** The most that any operation reached. */
  Peak peak() {
    return new Peak(
        Rounding.of(Math.max(LEAST, bestFlops), Range.RATE),
        Rounding.of(Math.max(LEAST, bestBytes), Range.RATE));
  }
}
