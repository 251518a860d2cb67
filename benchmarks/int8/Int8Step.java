import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.ProductKernel;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Activation;
import dev.tandem.graph.Cost;
import dev.tandem.graph.DType;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import dev.tandem.stages.checkpoint.Config;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * One U-Net step with products of 8-bit numbers against F32, in turns in one process, with random
 * weights: the convolutions and linear layers between the first and the last are rounded, those of
 * the time embedding are not.
 *
 * <p>Arguments: config.json of a U-Net, device, batch, size of the latent, tokens, rounds; then
 * "profile" for the time by kind of operation.
 */
final class Int8Step {
  public static void main(String[] args) {
    UNet2DConfig config = UNet2DConfig.of(Config.read(Path.of(args[0])).json());
    int size = Integer.parseInt(args[3]);
    Graph f32 =
        Fusion.apply(
            new UNet2DConditionModel(config)
                .graph(Integer.parseInt(args[2]), size, size, Integer.parseInt(args[4])));
    Map<String, Graph> graphs = new LinkedHashMap<>();
    graphs.put("F32", f32);
    graphs.put("W8A8", rounded(f32));
    int rounds = Integer.parseInt(args[5]);
    Map<String, Executable> steps = new LinkedHashMap<>();
    Map<String, long[]> times = new LinkedHashMap<>();
    try (Device device = Devices.open(args[1])) {
      graphs.forEach((name, g) -> steps.put(name, device.compile(g, random(), CompileOptions.DEFAULT)));
      steps.forEach(
          (name, e) -> {
            times.put(name, new long[rounds]);
            e.run();
            System.out.printf(
                "%s: %s, %.1f%% of %.1f G multiply-adds of 8-bit operands%n",
                name,
                e.memory(),
                100 * ProductKernel.share(e.products(), DType.I8),
                e.products().stream().mapToLong(ProductKernel::multiplyAdds).sum() * 1e-9);
          });
      for (int r = 0; r < rounds; r++) {
        for (Map.Entry<String, Executable> s : steps.entrySet()) {
          long start = System.nanoTime();
          s.getValue().run();
          times.get(s.getKey())[r] = System.nanoTime() - start;
        }
      }
      if (args.length > 6) {
        steps.forEach((name, e) -> profile(name, e, rounds));
      }
    }
    times.values().forEach(Arrays::sort);
    times.forEach(
        (name, t) ->
            System.out.printf(
                "%s: median %.2f ms, least %.2f ms%n", name, t[rounds / 2] * 1e-6, t[0] * 1e-6));
    System.out.printf(
        "W8A8 / F32: median %.3f, least %.3f%n",
        (double) times.get("W8A8")[rounds / 2] / times.get("F32")[rounds / 2],
        (double) times.get("W8A8")[0] / times.get("F32")[0]);
  }

  private static void profile(String name, Executable step, int rounds) {
    Map<Node, Long> least = new LinkedHashMap<>();
    for (int i = 0; i < rounds; i++) {
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
    System.out.println(name);
    kinds.forEach(
        (kind, k) ->
            System.out.printf(
                "  %-18s %4.0f  %9.0f us  %6.0f GFLOP/s%n", kind, k[0], k[1], k[2] / k[1] / 1000));
  }

  /** The same graph with 8-bit products; a value that several read is rounded once. */
  private static Graph rounded(Graph g) {
    GraphBuilder b = new GraphBuilder(g.kind(), g.name() + " W8A8");
    List<Node> made = new ArrayList<>();
    Map<Node, Node> whole = new HashMap<>();
    for (Node n : g.nodes()) {
      List<Node> in = new ArrayList<>(n.inputs().stream().map(i -> made.get(i.id())).toList());
      boolean keep =
          n.name().startsWith("conv_in")
              || n.name().startsWith("conv_out")
              || n.name().contains("time_emb");
      Op op =
          switch (n.op()) {
            case Op.Conv2d c when !keep ->
                new Op.QuantizedConv2d(c.stride(), c.padding(), c.bias(), c.addend(), c.act());
            case Op.Linear l when !keep -> new Op.QuantizedLinear(l.bias(), l.addend(), l.act());
            case Op.GegluLinear l -> new Op.QuantizedLinear(l.bias(), false, Activation.NONE);
            default -> n.op();
          };
      if (!op.equals(n.op())) {
        Node x = in.getFirst();
        Shape w = in.get(1).shape();
        in.set(
            0,
            whole.computeIfAbsent(
                x, _ -> b.add(n.name() + ".q", new Op.Quantize(), x, b.weight(n.name() + ".inverse", 1))));
        in.set(1, b.weight(in.get(1).name() + ".whole", new Op.Weight(w, DType.I8)));
        in.add(2, b.weight(n.name() + ".scale", w.dim(0)));
      }
      Node y = b.add(n.name(), op, in);
      made.add(n.op() instanceof Op.GegluLinear ? b.geglu(n.name() + ".geglu", y) : y);
    }
    g.outputs().forEach((name, n) -> b.output(name, made.get(n.id())));
    return b.build();
  }

  private static Weights random() {
    return new Weights() {
      @Override
      public Tensor get(String name) {
        throw new IllegalStateException("asked for by node");
      }

      @Override
      public Tensor get(Node w) {
        SplittableRandom random = new SplittableRandom(w.name().hashCode());
        Tensor t = Tensor.allocate(Arena.ofAuto(), w.shape(), w.type());
        float around = 1 / (float) Math.sqrt((double) w.shape().elements() / w.shape().dim(0));
        for (long i = 0; i < t.elements(); i++) {
          if (w.type() == DType.I8) {
            t.data().set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(-127, 128));
          } else {
            t.setFloat(i, w.name().endsWith(".scale") ? 1e-4f : w.name().endsWith("inverse") ? 40 : random.nextFloat(-around, around));
          }
        }
        return t;
      }
    };
  }

  private Int8Step() {}
}
