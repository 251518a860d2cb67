import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Cost;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tandem's side of the U-Net step benchmark. Reads inputs from a folder of raw F32 files, then runs
 * one step for every line on standard input and answers with its time in nanoseconds. With {@code
 * -Dprofile=true} it prints where the time of a step goes.
 *
 * <p>Arguments: model folder, device, folder of inputs.
 */
final class UNetStep {
  public static void main(String[] args) throws IOException {
    Path model = Path.of(args[0]);
    String spec = args[1];
    Path folder = Path.of(args[2]);
    boolean profile = Boolean.getBoolean("profile");
    Component unet = ModelFolder.open(model).component("unet");
    UNet2DConfig config = UNet2DConfig.of(unet.config().json());
    int size = config.sampleSize().getFirst();
    int tokens = Math.toIntExact(Files.size(folder.resolve("encoder_hidden_states")) / 4 / 2 / config.contextDim());
    Graph graph = new UNet2DConditionModel(config).graph(2, size, size, tokens);
    long opening = System.nanoTime();
    try (Device device = Devices.open(spec)) {
      long compiling = System.nanoTime();
      Executable step = device.compile(graph, unet.weights()::get, CompileOptions.DEFAULT);
      System.err.printf(
          "open %d ms, compile %d ms%n",
          (compiling - opening) / 1_000_000, (System.nanoTime() - compiling) / 1_000_000);
      for (String name : new String[] {"sample", "timestep", "encoder_hidden_states"}) {
        read(folder.resolve(name), step.input(name));
      }
      step.run();
      write(folder.resolve("output"), step.output("output"));
      System.out.println(Cost.of(graph).flops());
      if (profile) {
        profile(step);
      }
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      while (in.readLine() != null) {
        long start = System.nanoTime();
        step.run();
        System.out.println(System.nanoTime() - start);
      }
    }
  }

  /** The least time of each node over many runs, summed by kind of operation. */
  private static void profile(Executable step) {
    Map<Node, Long> least = new LinkedHashMap<>();
    for (int i = 0; i < 300; i++) {
      step.run((node, start, end) -> least.merge(node, end - start, Math::min));
    }
    Map<String, double[]> kinds = new LinkedHashMap<>();
    least.forEach(
        (node, ns) -> {
          double[] k = kinds.computeIfAbsent(node.op().kind(), _ -> new double[3]);
          k[0]++;
          k[1] += ns / 1000.0;
          k[2] += Cost.of(node).flops();
        });
    double all = kinds.values().stream().mapToDouble(k -> k[1]).sum();
    System.err.println("| operation | count | us | share | GFLOP/s |\n| --- | --: | --: | --: | --: |");
    kinds.entrySet().stream()
        .sorted((a, b) -> Double.compare(b.getValue()[1], a.getValue()[1]))
        .forEach(
            e -> {
              double[] k = e.getValue();
              System.err.printf(
                  "| %s | %.0f | %.0f | %.1f%% | %.0f |%n",
                  e.getKey(), k[0], k[1], 100 * k[1] / all, k[2] / k[1] / 1000);
            });
  }

  private static void read(Path file, Tensor to) throws IOException {
    float[] values = new float[(int) to.elements()];
    ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    to.set(values);
  }

  private static void write(Path file, Tensor from) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) from.elements() * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(from.toFloats());
    Files.write(file, bytes.array());
  }

  private UNetStep() {}
}
