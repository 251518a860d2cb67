import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Attention in one kernel against product, softmax and product, over growing numbers of tokens: the
 * heads of Stable Diffusion 1.5's first level (8 of 40 channels), interleaved, one device.
 */
final class AttentionForms {
  private static final int HEADS = 8;
  private static final int WIDTH = 40;

  public static void main(String[] args) {
    int rounds = Integer.parseInt(args[1]);
    System.out.println(
        "| tokens | flash ms (median) | materialised ms (median) | flash is times as fast | flash MiB | materialised MiB | share |");
    System.out.println("| --: | --: | --: | --: | --: | --: | --: |");
    try (Device device = Devices.open(args[0])) {
      for (int tokens : new int[] {256, 1024, 4096}) {
        compare(device, tokens, rounds);
      }
    }
  }

  private static void compare(Device device, int tokens, int rounds) {
    Executable[] forms = {
      compile(device, graph(tokens, true)), compile(device, graph(tokens, false))
    };
    for (Executable e : forms) {
      SplittableRandom random = new SplittableRandom(7);
      for (Node in : e.graph().inputs()) {
        float[] values = new float[Math.toIntExact(in.shape().elements())];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) random.nextDouble(-1.7, 1.7);
        }
        e.input(in.name()).set(values);
      }
      e.run();
    }
    double error =
        OpCaseRunner.error(forms[0].output("y").toFloats(), forms[1].output("y").toFloats());
    if (!(error < 1e-4)) {
      throw new IllegalStateException("the two forms differ by " + error);
    }
    long[][] times = new long[2][rounds];
    for (int r = 0; r < rounds; r++) {
      for (int f = 0; f < 2; f++) {
        long start = System.nanoTime();
        forms[f].run();
        times[f][r] = System.nanoTime() - start;
      }
    }
    for (long[] t : times) {
      Arrays.sort(t);
    }
    double flash = forms[0].memory().total() / 1048576.0;
    double materialised = forms[1].memory().total() / 1048576.0;
    System.out.printf(
        Locale.ROOT,
        "| %d | %.2f (%.2f) | %.2f (%.2f) | %.2f | %.1f | %.1f | %.3f |%n",
        tokens,
        times[0][0] / 1e6, times[0][rounds / 2] / 1e6,
        times[1][0] / 1e6, times[1][rounds / 2] / 1e6,
        (double) times[1][0] / times[0][0],
        flash, materialised, flash / materialised);
    Arrays.asList(forms).forEach(Executable::close);
  }

  private static Executable compile(Device device, Graph g) {
    return device.compile(
        g,
        name -> {
          throw new IllegalStateException("no weights here, not even '" + name + "'");
        },
        CompileOptions.DEFAULT);
  }

  private static Graph graph(int tokens, boolean flash) {
    GraphBuilder b = new GraphBuilder((flash ? "flash " : "materialised ") + tokens);
    Shape shape = Shape.of(HEADS, tokens, WIDTH);
    Node q = b.input("q", shape, DType.F32);
    Node k = b.input("k", shape, DType.F32);
    Node v = b.input("v", shape, DType.F32);
    float scale = (float) (1 / Math.sqrt(WIDTH));
    Node y =
        flash
            ? b.attention("attention", q, k, v, 1, false, scale)
            : b.matMul("values", b.softmax("softmax", b.matMul("scores", q, k, true, scale), 1), v, false, 1);
    return b.output("y", y).build();
  }

  private AttentionForms() {}
}
