package dev.tandem.kernels.opencl;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.Map;
import java.util.Optional;

/**
 * 3x3 convolutions of stride 1 by {@code winograd.cl}: input tiles into the Winograd domain, 36
 * matrix products, results back. Only with 32-bit storage: the domain's values are larger than the
 * tensors', and 16 bits would not hold them well enough.
 */
final class Winograd {
  private static final int POSITIONS = 36;
  private static final double[][] G = {
    {1 / 4.0, 0, 0},
    {-1 / 6.0, -1 / 6.0, -1 / 6.0},
    {-1 / 6.0, 1 / 6.0, -1 / 6.0},
    {1 / 24.0, 1 / 12.0, 1 / 6.0},
    {1 / 24.0, -1 / 12.0, 1 / 6.0},
    {0, 0, 1}
  };

  private Winograd() {}

  /** True where it is possible and, by the tunables, faster. */
  static boolean suits(Lowering low, GemmShape s) {
    if (low.half() || s.stride() != 1 || s.kernelHeight() != 3 || s.kernelWidth() != 3) {
      return false;
    }
    Tunables t = low.tunables("winograd", s.key());
    long tiles = tiles(s);
    return t.get("USE") != 0
        && s.depth() >= t.get("MIN_DEPTH")
        && s.cols() >= t.get("MIN_DEPTH")
        && s.depth() % 4 == 0
        && s.cols() % 4 == 0
        && tiles >= t.get("MIN_TILES")
        && 4L * POSITIONS * tiles * (s.depth() + s.cols()) <= (long) t.get("MAX_MIB") << 20;
  }

  private static long tiles(GemmShape s) {
    int pictures = s.rows() / (s.outHeight() * s.outWidth());
    return (long) pictures * ((s.outHeight() + 3) / 4) * ((s.outWidth() + 3) / 4);
  }

  static void add(Lowering low, Node n, Op.Conv2d c, GemmShape s) {
    Tunables t = low.tunables("winograd", s.key());
    int tiles = Math.toIntExact(tiles(s));
    int tilesY = (s.outHeight() + 3) / 4;
    int tilesX = (s.outWidth() + 3) / 4;
    int vecIn = OpFamilies.vector(t.get("VEC"), s.depth());
    int vecOut = OpFamilies.vector(t.get("VEC"), s.cols());
    Scratch.Part in = low.scratch().take((long) POSITIONS * tiles * s.depth(), 4);
    Scratch.Part out = low.scratch().take((long) POSITIONS * tiles * s.cols(), 4);

    low.call(n, "winograd", "winograd_input", Tunables.of(Map.of("VEC", vecIn)))
        .tensor(low.ref(n.input(0)))
        .scratch(in)
        .i(s.inHeight())
        .i(s.inWidth())
        .i(s.depth())
        .i(tilesY)
        .i(s.padding().top())
        .i(s.padding().left())
        .run(
            new long[] {s.depth() / vecIn, tilesX, tiles / tilesX},
            new long[] {OpFamilies.vector(8, s.depth() / vecIn), 1, 1});

    GemmShape products = GemmShape.product(POSITIONS, tiles, s.cols(), s.depth());
    Gemm gemm = Gemm.choose(low, products.key());
    Panels p = gemm.panels(false);
    Node w = n.input(1);
    Ref weights =
        low.weights().relaid(w, "winograd" + p, v -> pack(v, s.cols(), s.depth(), p), true);
    gemm.add(
        low,
        n,
        products,
        new Operand.InScratch(in),
        (long) tiles * s.depth(),
        new Operand.At(weights),
        new Operand.InScratch(out),
        (long) tiles * s.cols(),
        Gemm.Epilogue.NONE);

    Optional<Node> addend = c.addend() ? Optional.of(n.inputs().getLast()) : Optional.empty();
    boolean whole = addend.isPresent() && addend.get().shape().equals(n.shape());
    KernelCall k =
        low.call(n, "winograd", "winograd_output", Tunables.of(Map.of("VEC", vecOut))).scratch(out);
    k = c.bias() ? k.tensor(low.weights().floats(n.input(2))) : k.zeros().l(0);
    k.i(c.bias());
    k = addend.isPresent() ? k.tensor(low.ref(addend.get())) : k.zeros().l(0);
    k.i(addend.isEmpty() ? 0 : whole ? 1 : 2)
        .tensor(low.ref(n))
        .i(s.outHeight())
        .i(s.outWidth())
        .i(s.cols())
        .i(tilesY)
        .i(OpFamilies.code(c.act()))
        .run(
            new long[] {s.cols() / vecOut, tilesX, tiles / tilesX},
            new long[] {OpFamilies.vector(8, s.cols() / vecOut), 1, 1});
  }

  /** {@code G g G^T} of every 3x3 kernel, as 36 matrices in panels. */
  static float[] pack(float[] w, int rows, int depth, Panels p) {
    float[][] domain = new float[POSITIONS][rows * depth];
    for (int i = 0; i < rows * depth; i++) {
      for (int a = 0; a < 6; a++) {
        for (int b = 0; b < 6; b++) {
          double sum = 0;
          for (int y = 0; y < 3; y++) {
            for (int x = 0; x < 3; x++) {
              sum += G[a][y] * G[b][x] * w[i * 9 + y * 3 + x];
            }
          }
          domain[a * 6 + b][i] = (float) sum;
        }
      }
    }
    int each = p.count(rows) * depth * p.width();
    float[] out = new float[Math.multiplyExact(POSITIONS, each)];
    for (int i = 0; i < POSITIONS; i++) {
      System.arraycopy(p.pack(domain[i], rows, depth, 1), 0, out, i * each, each);
    }
    return out;
  }
}
