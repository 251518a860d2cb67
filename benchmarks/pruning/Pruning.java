import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.graph.Cost;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.StagePlan;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The step of a pruned model against that of the whole one, in turns on one device: the ratio of
 * their times beside the ratio of the operations that their files ask for.
 *
 * <p>usage: Pruning WHOLE PRUNED DEVICE ROUNDS
 */
public final class Pruning {
  private static final int GUIDED = 2;
  private static final double ALLOWED = 0.1;

  private Pruning() {}

  public static void main(String[] args) {
    try (Device device = Devices.open(args[2]);
        Step whole = new Step(Path.of(args[0]), device);
        Step pruned = new Step(Path.of(args[1]), device)) {
      List<Step> steps = List.of(whole, pruned);
      int rounds = Integer.parseInt(args[3]);
      double[] ratios = new double[rounds];
      for (int round = -2; round < rounds; round++) { // the first two warm up
        steps.forEach(Step::run);
        if (round < 0) {
          steps.forEach(s -> s.seconds.clear());
        } else {
          ratios[round] = pruned.seconds.getLast() / whole.seconds.getLast();
        }
      }
      for (Step s : steps) {
        System.out.printf(
            "%-20s %8.3f GFLOP a guided step, %8.2f ms (median of %d)%n",
            s.name, s.flops / 1e9, 1e3 * median(s.seconds), rounds);
      }
      Arrays.sort(ratios);
      double work = (double) pruned.flops / whole.flops;
      double time = ratios[rounds / 2];
      double off = time / work - 1;
      System.out.printf(
          "work %.3f, time %.3f [%.3f, %.3f] of the whole: %+.1f%%, allowed 10%%%n",
          work, time, ratios[rounds / 10], ratios[rounds - 1 - rounds / 10], 100 * off);
      if (Math.abs(off) > ALLOWED) {
        System.exit(1);
      }
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  /** A model's U-Net, compiled for a picture of its own size with guidance. */
  private static final class Step implements AutoCloseable {
    private final String name;
    private final long flops;
    private final ModelWeights weights;
    private final Executable executable;
    private final List<Double> seconds = new ArrayList<>();

    Step(Path folder, Device device) {
      ModelPlan plan = ModelPlan.of(ModelFolder.open(folder));
      name = plan.name();
      StagePlan stage = plan.stage(StagePlan.DENOISE);
      Graph graph = stage.graphs(GUIDED, plan.ownWidth(), plan.ownHeight()).getFirst();
      flops = Cost.of(graph).flops();
      weights = plan.folder().component(stage.parts().getFirst().component()).weights();
      executable = device.compile(graph, weights, CompileOptions.DEFAULT);
      Random random = new Random(1);
      for (Node n : executable.graph().inputs()) {
        float[] values = new float[Math.toIntExact(n.shape().elements())];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) random.nextGaussian();
        }
        executable.input(n.name()).set(values);
      }
    }

    void run() {
      long start = System.nanoTime();
      executable.run();
      seconds.add((System.nanoTime() - start) / 1e9);
    }

    @Override
    public void close() {
      executable.close();
      weights.close();
    }
  }
}
