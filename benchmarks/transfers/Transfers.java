import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.OpSpans;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What it costs to hand an input to an OpenCL device and to get an output of the same size back:
 * shared memory that is mapped, against pinned memory that is copied. The kernel doubles each
 * element; its own time (device clock) is shown beside. Rounds are interleaved.
 */
public final class Transfers {
  private static final List<String> MODES = List.of("mapped", "copied");
  private static final int[] KIBIBYTES = {8, 64, 768, 3072, 12288};

  public static void main(String[] args) {
    int rounds = Integer.parseInt(args[0]);
    System.out.println("| bytes each way | mapped, us (least / median) | copied, us | kernel, us |");
    System.out.println("| --- | --- | --- | --- |");
    for (int kib : KIBIBYTES) {
      row(args[1], kib, rounds);
    }
  }

  private static void row(String device, int kib, int rounds) {
    List<Device> devices = new ArrayList<>();
    List<Executable> executables = new ArrayList<>();
    int elements = kib * 256;
    for (String mode : MODES) {
      Device d = Devices.open(device + ",transfer=" + mode);
      devices.add(d);
      executables.add(d.compile(doubling(elements), name -> null, CompileOptions.DEFAULT));
    }
    float[] in = new float[elements];
    float[] out = new float[elements];
    double[][] us = new double[MODES.size()][rounds];
    for (int round = -5; round < rounds; round++) { // the first five warm up
      for (int m = 0; m < us.length; m++) {
        Executable e = executables.get(m);
        Arrays.fill(in, round);
        e.input("x").set(in);
        long start = System.nanoTime();
        e.run();
        long end = System.nanoTime();
        e.output("y").copyTo(out);
        if (out[0] != 2 * round || out[elements - 1] != 2 * round) {
          throw new IllegalStateException(MODES.get(m) + " gave " + out[0] + " for " + round);
        }
        if (round >= 0) {
          us[m][round] = (end - start) / 1e3;
        }
      }
    }
    double kernel = Double.POSITIVE_INFINITY;
    for (int i = 0; i < 5; i++) {
      Kernel k = new Kernel();
      executables.getFirst().run(k);
      kernel = Math.min(kernel, k.us);
    }
    System.out.printf(
        "| %d KiB | %s | %s | %.1f |%n", kib, figures(us[0]), figures(us[1]), kernel);
    devices.forEach(Device::close);
  }

  private static String figures(double[] us) {
    Arrays.sort(us);
    return String.format("%.1f / %.1f", us[0], us[us.length / 2]);
  }

  private static final class Kernel implements OpSpans {
    private double us;

    @Override
    public void span(Node node, long startNs, long endNs) {
      us += (endNs - startNs) / 1e3;
    }
  }

  private static Graph doubling(int elements) {
    GraphBuilder b = new GraphBuilder("doubling");
    Node x = b.input("x", Shape.of(elements), DType.F32);
    return b.output("y", b.scale("twice", x, 2, 0)).build();
  }
}
