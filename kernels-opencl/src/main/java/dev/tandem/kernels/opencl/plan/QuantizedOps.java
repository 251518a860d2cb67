package dev.tandem.kernels.opencl.plan;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.Map;
import java.util.Optional;

/** Rounding to whole numbers of 8 bits, and products of them. */
final class QuantizedOps {
  /** Work-items of a work-group that a GPU keeps busy, at least. */
  private static final int LEAST_ITEMS = 32;

  private static final int LANES = 16;

  private QuantizedOps() {}

  static void quantize(Lowering low, Node n) {
    int channels = n.shape().dim(-1);
    int scales = n.input(1).shape().dim(0);
    Tunables t = low.tunables("elementwise", "any");
    int vec = VectorWidth.dividing(t.get("VEC"), scales == 1 ? n.shape().elements() : channels);
    long vectors = n.shape().elements() / vec;
    low.call(n, "quantize", "quantize", Tunables.of(Map.of("VEC", vec)))
        .tensor(low.ref(n.input(0)))
        .tensor(low.weights().floats(n.input(1)))
        .tensor(low.ref(n))
        .l(vectors)
        .i(scales)
        .runFlat(vectors, t.get("GROUP"));
  }

  static void conv2d(Lowering low, Node n, Op.QuantizedConv2d c) {
    GemmShape s =
        GemmShape.conv(n.input(0).shape(), n.input(1).shape(), n.shape(), c.stride(), c.padding());
    product(low, n, s, c.bias(), c.addend(), c.act());
  }

  static void linear(Lowering low, Node n, Op.QuantizedLinear l) {
    GemmShape s =
        GemmShape.product(
            1, n.input(0).shape().rows(), n.shape().dim(-1), n.input(1).shape().dim(1));
    product(low, n, s, l.bias(), l.addend(), l.act());
  }

  private static void product(
      Lowering low, Node n, GemmShape s, boolean bias, boolean addend, Activation act) {
    Tunables t = fitted(low.tunables("gemm_int8", s.key()), low.family(), s.cols());
    int pack = low.dot() ? 4 : 2;
    Int8Panels p = new Int8Panels(t.get("VEC") * t.get("NV") * t.get("LN"), pack);
    Tunables defines = t.without("CHUNK_KIB").with("PACK", pack);
    defines = low.dot() ? defines.with("DOT", 1) : defines;
    defines = s.pointwise() ? defines.with("POINTWISE", 1) : defines;
    KernelCall k =
        low.call(n, "gemm_int8", "gemm", defines)
            .tensor(low.ref(n.input(0)))
            .tensor(low.weights().panels(n.input(1), p))
            .tensor(low.weights().bias(n.input(2), p.columns()));
    Optional<Node> b = bias ? Optional.of(n.input(3)) : Optional.empty();
    k.tensor(b.map(x -> low.weights().bias(x, p.columns()))).i(bias);
    Optional<Node> a = addend ? Optional.of(n.inputs().getLast()) : Optional.empty();
    boolean whole = a.isPresent() && a.get().shape().equals(n.shape());
    k.tensor(a.map(low::ref)).i(a.isEmpty() ? 0 : whole ? 1 : 2);
    k.tensor(low.ref(n)).zeros().i(s.rows()).i(s.cols()).i(s.depth());
    s.window(k);
    int tiles = Math.ceilDiv(s.rows(), t.get("MR"));
    int panels = p.columns().count(s.cols());
    int blocks = blocks(low, t, s, (long) tiles * panels);
    int ln = t.get("LN");
    int lm = t.get("LM");
    long chunks = Math.ceilDiv(tiles, blocks * lm);
    k.act(act).i(blocks).run(new long[] {(long) panels * ln, chunks * lm}, new long[] {ln, lm});
  }

  /** Work-groups of one item on processors, of many elsewhere, and no more columns than needed. */
  private static Tunables fitted(Tunables t, KernelFamily family, int cols) {
    if (family == KernelFamily.CPU) {
      return t.with("LN", 1).with("LM", 1);
    }
    Tunables fit =
        t.get("LN") * t.get("LM") < LEAST_ITEMS
            ? t.with("VEC", 1).with("LN", LANES).with("LM", LEAST_ITEMS / LANES)
            : t;
    while (fit.get("NV") > 1 && fit.get("LN") * fit.get("VEC") * fit.get("NV") >= 2 * cols) {
      fit = fit.with("NV", fit.get("NV") / 2);
    }
    return fit;
  }

  /**
   * Row blocks of a work-item: as many as leave enough work-items to share out evenly, and whose
   * activations stay in a core's cache while panel after panel reads them.
   */
  private static int blocks(Lowering low, Tunables t, GemmShape s, long tiles) {
    if (low.family() == KernelFamily.GPU) {
      return 1;
    }
    long each = tiles / (8L * low.computeUnits());
    long cached = ((long) t.get("CHUNK_KIB") << 10) / ((long) t.get("MR") * s.depth());
    return Math.toIntExact(Math.clamp(Math.min(each, cached), 1, 64));
  }
}
