import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Cost;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * One U-Net step at batch 2 on several devices, one run of each device a round, and where the time
 * of a step goes.
 *
 * <p>Arguments: {@code MODEL ROUNDS DEVICE[;DEVICE...]}. The last device is the one that ratios
 * refer to. Prints tables in markdown. Ends with an error where a device's result is another one.
 */
final class Steps {
  private static final int TOKENS = 77;

  private record Side(String spec, Device device, Executable step, long compileNs, long firstNs) {}

  public static void main(String[] args) {
    Component unet = ModelFolder.open(Path.of(args[0])).component("unet");
    int rounds = Integer.parseInt(args[1]);
    UNet2DConfig config = UNet2DConfig.of(unet.config().json());
    int size = config.sampleSize().getFirst();
    Graph graph = new UNet2DConditionModel(config).graph(2, size, size, TOKENS);
    System.out.printf(Locale.ROOT, "U-Net step %s: %.2f GFLOP%n%n", graph.name(), Cost.of(graph).flops() / 1e9);
    List<Side> sides = new ArrayList<>();
    for (String spec : args[2].split(";")) {
      sides.add(side(spec, graph, unet));
    }
    compare(sides);
    double[][] ns = new double[sides.size()][rounds];
    for (int r = -3; r < rounds; r++) {
      for (int s = 0; s < sides.size(); s++) {
        long start = System.nanoTime();
        sides.get(s).step().run();
        if (r >= 0) {
          ns[s][r] = System.nanoTime() - start;
        }
      }
    }
    Arrays.stream(ns).forEach(Arrays::sort);
    steps(sides, ns, rounds);
    sides.forEach(Steps::profile);
    plain();
    sides.forEach(s -> s.device().close());
  }

  private static Side side(String spec, Graph graph, Component unet) {
    Device device = Devices.open(spec);
    long start = System.nanoTime();
    Executable step = device.compile(graph, unet.weights()::get, CompileOptions.DEFAULT);
    long compiled = System.nanoTime();
    fill(step);
    long begun = System.nanoTime();
    step.run();
    return new Side(spec, device, step, compiled - start, System.nanoTime() - begun);
  }

  private static void fill(Executable step) {
    Random random = new Random(1);
    for (Node n : step.graph().inputs()) {
      Tensor t = step.input(n.name());
      float[] values = new float[(int) t.elements()];
      for (int i = 0; i < values.length; i++) {
        values[i] = n.name().equals("timestep") ? 500 : (float) random.nextGaussian();
      }
      t.set(values);
    }
  }

  private static void compare(List<Side> sides) {
    float[] expected = sides.getLast().step().output("output").toFloats();
    for (Side s : sides) {
      float[] actual = s.step().output("output").toFloats();
      double worst = 0;
      for (int i = 0; i < actual.length; i++) {
        worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
      }
      if (!(worst < 1e-3)) {
        throw new IllegalStateException(s.spec() + " is off by " + worst);
      }
    }
  }

  private static void steps(List<Side> sides, double[][] ns, int rounds) {
    System.out.println("| device | kernels' operations | compile ms | first run ms | step ms (min) | median | speed beside the last | memory |");
    System.out.println("| --- | --: | --: | --: | --: | --: | --: | --: |");
    double[] last = ns[sides.size() - 1];
    for (int s = 0; s < sides.size(); s++) {
      Side side = sides.get(s);
      long operations = side.step().graph().nodes().stream().filter(Node::isComputed).count();
      System.out.printf(
          Locale.ROOT,
          "| %s | %d | %.0f | %.1f | %.1f | %.1f | %.2f | %s |%n",
          side.spec(),
          operations,
          side.compileNs() / 1e6,
          side.firstNs() / 1e6,
          ns[s][0] / 1e6,
          ns[s][rounds / 2] / 1e6,
          last[rounds / 2] / ns[s][rounds / 2],
          side.step().memory());
    }
  }

  /** The least time of each operation over some runs, summed by kind, and what lies between them. */
  private static void profile(Side side) {
    Map<Node, Long> least = new java.util.HashMap<>();
    for (int i = 0; i < 10; i++) {
      OpSpans spans = (node, start, end) -> least.merge(node, end - start, Math::min);
      side.step().run(spans);
    }
    Map<String, double[]> kinds = new TreeMap<>();
    least.forEach(
        (node, ns) -> {
          double[] k = kinds.computeIfAbsent(node.op().kind(), _ -> new double[3]);
          k[0]++;
          k[1] += ns / 1e3;
          k[2] += Cost.of(node).flops();
        });
    double all = kinds.values().stream().mapToDouble(k -> k[1]).sum();
    System.out.printf(Locale.ROOT, "%n%s: kernels of a step %.1f ms%n%n", side.spec(), all / 1e3);
    System.out.println("| operation | count | us | share | GFLOP/s |\n| --- | --: | --: | --: | --: |");
    kinds.entrySet().stream()
        .sorted((a, b) -> Double.compare(b.getValue()[1], a.getValue()[1]))
        .forEach(
            e -> {
              double[] k = e.getValue();
              System.out.printf(
                  Locale.ROOT,
                  "| %s | %.0f | %.0f | %.1f%% | %.1f |%n",
                  e.getKey(), k[0], k[1], 100 * k[1] / all, k[2] / k[1] / 1000);
            });
  }

  /** A 3x3 convolution of the U-Net in loops, as a sequential program would have it. */
  private static void plain() {
    int batch = 2;
    int size = 16;
    int channels = 64;
    float[] x = values(batch * size * size * channels);
    float[] w = values(9 * channels * channels); // [out, tap, in]
    float[] y = new float[x.length];
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 30; i++) {
      long start = System.nanoTime();
      convolve(x, w, y, batch, size, channels);
      least = Math.min(least, System.nanoTime() - start);
    }
    double flops = 2.0 * y.length * 9 * channels;
    System.out.printf(
        Locale.ROOT,
        "%nPlain sequential Java, conv2d 3x3 [2, 16, 16, 64] -> 64: %.1f ms, %.1f GFLOP/s%n",
        least / 1e6, flops / least);
  }

  private static float[] values(int count) {
    Random random = new Random(2);
    float[] v = new float[count];
    for (int i = 0; i < count; i++) {
      v[i] = random.nextFloat();
    }
    return v;
  }

  private static void convolve(float[] x, float[] w, float[] y, int batch, int size, int channels) {
    for (int b = 0; b < batch; b++) {
      for (int row = 0; row < size; row++) {
        for (int col = 0; col < size; col++) {
          for (int out = 0; out < channels; out++) {
            float sum = 0;
            for (int tap = 0; tap < 9; tap++) {
              int r = row + tap / 3 - 1;
              int c = col + tap % 3 - 1;
              if (r < 0 || r >= size || c < 0 || c >= size) {
                continue;
              }
              int from = ((b * size + r) * size + c) * channels;
              int at = (out * 9 + tap) * channels;
              for (int i = 0; i < channels; i++) {
                sum += x[from + i] * w[at + i];
              }
            }
            y[((b * size + row) * size + col) * channels + out] = sum;
          }
        }
      }
    }
  }

  private Steps() {}
}
