import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Probe;
import dev.tandem.devices.cases.CaseData;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.devices.cases.OpCases;
import dev.tandem.devices.cases.Tag;
import dev.tandem.graph.Cost;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Times every benchmark case of the operation table on several devices, one run of each device a
 * round. The time of a run is the sum of its operations' device times; weights are packed before.
 *
 * <p>Arguments: {@code FOLDER DEVICE[;DEVICE...] [REGEX [SECONDS_PER_CASE]]}. The first device is
 * the one that ratios refer to. Prints a table in markdown; writes a line of JSON a case and device
 * to {@code kernels.jsonl} and a roofline picture of each device into the folder.
 */
final class Kernels {
  private record Timed(OpCase op, double[] leastNs, double[] medianNs) {}

  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[0]));
    String[] specs = args[1].split(";");
    Pattern wanted = Pattern.compile(args.length > 2 ? args[2] : "");
    double seconds = args.length > 3 ? Double.parseDouble(args[3]) : 1;
    List<OpCase> cases =
        Stream.of(Tag.BENCH_DEFAULT, Tag.BENCH_SD15)
            .flatMap(t -> OpCases.tagged(t).stream())
            .filter(c -> wanted.matcher(c.name()).find())
            .toList();
    List<Device> devices = Arrays.stream(specs).map(Devices::open).toList();
    List<Timed> all = new ArrayList<>();
    StringBuilder lines = new StringBuilder();
    for (OpCase c : cases) {
      Timed t = time(devices, c, seconds);
      all.add(t);
      Cost cost = Cost.of(c.graph());
      for (int d = 0; d < specs.length; d++) {
        lines.append(
            String.format(
                Locale.ROOT,
                "{\"case\":\"%s\",\"device\":\"%s\",\"leastNs\":%.0f,\"medianNs\":%.0f,\"flops\":%d,\"bytes\":%d}%n",
                c.name(), specs[d], t.leastNs[d], t.medianNs[d], cost.flops(), bytes(cost)));
      }
    }
    Files.writeString(folder.resolve("kernels.jsonl"), lines);
    print(specs, all);
    for (int d = 0; d < specs.length; d++) {
      roofline(folder, specs[d], devices.get(d), d, all);
    }
    devices.forEach(Device::close);
  }

  private static void roofline(Path folder, String spec, Device device, int d, List<Timed> all)
      throws IOException {
    Probe peak = device.probe();
    List<Roofline.Point> points =
        all.stream()
            .map(
                t -> {
                  Cost c = Cost.of(t.op.graph());
                  return new Roofline.Point(
                      t.op.name(),
                      Roofline.kind(t.op.name()),
                      (double) c.flops() / bytes(c),
                      c.flops() / t.leastNs[d]);
                })
            .toList();
    String name = "roofline-" + spec.replaceAll("[^a-z0-9.]+", "-") + ".svg";
    new Roofline(
            "Operations on " + device.info().name() + " (" + spec + ")",
            peak.gflops(),
            peak.gigabytesPerSecond(),
            Roofline.computing(points))
        .write(folder.resolve(name));
    System.out.printf(
        Locale.ROOT,
        "%nPeak of %s, measured: %.0f GFLOP/s (multiply-adds in registers), %.1f GB/s (copy).%n",
        spec, peak.gflops(), peak.gigabytesPerSecond());
  }

  private static long bytes(Cost c) {
    return c.bytesRead() + c.bytesWritten();
  }

  private static Timed time(List<Device> devices, OpCase c, double seconds) {
    try (Arena arena = Arena.ofConfined()) {
      CaseData data = new CaseData(c, arena);
      List<Executable> executables = new ArrayList<>();
      for (Device d : devices) {
        Executable e = d.compile(c.graph(), data, CompileOptions.DEFAULT);
        c.graph().inputs().forEach(n -> e.input(n.name()).set(data.input(n)));
        e.run();
        executables.add(e);
      }
      float[] first = executables.getFirst().output("y").toFloats();
      for (Executable e : executables) {
        double error = OpCaseRunner.error(e.output("y").toFloats(), first);
        if (!(error <= 5 * c.tolerance(CompileOptions.Precision.F32))) {
          throw new IllegalStateException(c.name() + ": results differ by " + error);
        }
      }
      List<List<Long>> times = new ArrayList<>();
      devices.forEach(_ -> times.add(new ArrayList<>()));
      long end = System.nanoTime() + (long) (seconds * 1e9);
      for (int round = 0; round < 7 || System.nanoTime() < end; round++) {
        for (int d = 0; d < devices.size(); d++) {
          long[] sum = new long[1];
          executables.get(d).run((node, from, to) -> sum[0] += to - from);
          times.get(d).add(sum[0]);
        }
      }
      executables.forEach(Executable::close);
      double[] least = new double[devices.size()];
      double[] median = new double[devices.size()];
      for (int d = 0; d < least.length; d++) {
        List<Long> sorted = times.get(d).stream().sorted().toList();
        least[d] = sorted.getFirst();
        median[d] = sorted.get(sorted.size() / 2);
      }
      return new Timed(c, least, median);
    }
  }

  private static void print(String[] specs, List<Timed> all) {
    StringBuilder head = new StringBuilder("| case |");
    StringBuilder rule = new StringBuilder("| --- |");
    for (String s : specs) {
      head.append(" ").append(s).append(" us | GFLOP/s | GB/s |");
      rule.append(" --: | --: | --: |");
    }
    for (int d = 1; d < specs.length; d++) {
      head.append(" speed of ").append(specs[d]).append(" (median) |");
      rule.append(" --: |");
    }
    System.out.println(head);
    System.out.println(rule);
    double[] logs = new double[specs.length];
    double[] worst = new double[specs.length];
    Arrays.fill(worst, Double.MAX_VALUE);
    int products = 0;
    for (Timed t : all) {
      Cost cost = Cost.of(t.op.graph());
      StringBuilder row = new StringBuilder("| " + t.op.name() + " |");
      for (double ns : t.leastNs) {
        row.append(
            String.format(
                Locale.ROOT, " %.1f | %.1f | %.1f |", ns / 1e3, cost.flops() / ns,
                bytes(cost) / ns));
      }
      boolean product = isProduct(t.op);
      products += product ? 1 : 0;
      for (int d = 1; d < specs.length; d++) {
        double ratio = t.leastNs[0] / t.leastNs[d];
        row.append(
            String.format(Locale.ROOT, " %.2f (%.2f) |", ratio, t.medianNs[0] / t.medianNs[d]));
        if (product) {
          logs[d] += Math.log(ratio);
          worst[d] = Math.min(worst[d], ratio);
        }
      }
      System.out.println(row);
    }
    for (int d = 1; d < specs.length && products > 0; d++) {
      System.out.printf(
          Locale.ROOT,
          "%nMatrix products and 3x3 convolutions (%d cases), speed of %s over %s by least times:"
              + " geometric mean %.3f, worst %.3f.%n",
          products, specs[d], specs[0], Math.exp(logs[d] / products), worst[d]);
    }
  }

  private static boolean isProduct(OpCase c) {
    return c.name().contains("conv2d") || c.name().contains("linear") || c.name().contains("matmul");
  }

  private Kernels() {}
}
