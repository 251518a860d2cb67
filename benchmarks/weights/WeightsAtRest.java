import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.StagePlan;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A U-Net's evaluation with its weights in one of the places where they may be: seconds to compile
 * and to run (the least of all runs), and the resident size of the process by the operating system.
 *
 * <p>usage: WeightsAtRest MODEL DEVICE AUTO|SPEED|REST|STREAM BATCH PIXELS RUNS (0: the estimate)
 */
public final class WeightsAtRest {
  private WeightsAtRest() {}

  public static void main(String[] args) throws IOException {
    ModelPlan plan = ModelPlan.of(ModelFolder.open(Path.of(args[0])));
    StagePlan.Part part = plan.stage(StagePlan.DENOISE).parts().getFirst();
    int pixels = Integer.parseInt(args[4]);
    int runs = Integer.parseInt(args[5]);
    CompileOptions options = CompileOptions.DEFAULT.withWeights(WeightMemory.valueOf(args[2]));
    try (ModelWeights weights = plan.folder().component(part.component()).weights();
        Device device = Devices.open(args[1])) {
      Graph graph = part.builder().graph(Integer.parseInt(args[3]), pixels, pixels);
      graph = stored(graph, weights);
      System.out.println(args[1] + " " + args[2] + ": " + device.estimate(graph, options));
      if (runs > 0) {
        run(device, graph, weights, options, runs);
      }
    }
  }

  private static void run(
      Device device, Graph graph, ModelWeights weights, CompileOptions options, int runs)
      throws IOException {
    long start = System.nanoTime();
    try (Executable e = device.compile(graph, weights, options)) {
      System.out.printf("compiled in %.2f s, %s%n", seconds(start), resident());
      double least = Double.MAX_VALUE;
      for (int i = 0; i < runs; i++) {
        start = System.nanoTime();
        e.run();
        least = Math.min(least, seconds(start));
      }
      System.out.printf("run in %.2f s, %s%n", least, resident());
    }
  }

  /** The graph with the types that its weights have in the file. */
  private static Graph stored(Graph graph, ModelWeights weights) {
    GraphBuilder b = new GraphBuilder(graph.kind(), graph.name());
    List<Node> made = new ArrayList<>();
    for (Node n : graph.nodes()) {
      Op op =
          n.op() instanceof Op.Weight w && n.type().isFloat()
              ? new Op.Weight(w.shape(), weights.get(n.name()).type())
              : n.op();
      made.add(b.add(n.name(), op, n.inputs().stream().map(i -> made.get(i.id())).toList()));
    }
    graph.outputs().forEach((name, n) -> b.output(name, made.get(n.id())));
    return b.build();
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Linux: memory of the process now, of mapped files among it, and at most. */
  private static String resident() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/self/status"));
    return "resident %s, of files %s, at most %s"
        .formatted(field(lines, "VmRSS"), field(lines, "RssFile"), field(lines, "VmHWM"));
  }

  private static String field(List<String> lines, String name) {
    String kib =
        lines.stream().filter(l -> l.startsWith(name)).findFirst().orElseThrow().replaceAll("\\D", "");
    return Long.parseLong(kib) / 1024 + " MiB";
  }
}
