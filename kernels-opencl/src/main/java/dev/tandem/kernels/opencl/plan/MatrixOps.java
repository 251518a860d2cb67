package dev.tandem.kernels.opencl.plan;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.Optional;

/** Convolutions, linear layers and matrix products, with their epilogues. */
final class MatrixOps {
  private MatrixOps() {}

  static void conv2d(Lowering low, Node n, Op.Conv2d c) {
    GemmShape s =
        GemmShape.conv(n.input(0).shape(), n.input(1).shape(), n.shape(), c.stride(), c.padding());
    if (!Winograd.tryAdd(low, n, c, s)) {
      weighted(low, n, s, c.bias(), c.addend(), c.act(), false);
    }
  }

  static void linear(Lowering low, Node n, Op.Linear l) {
    Node w = n.input(1);
    GemmShape s =
        GemmShape.product(1, n.input(0).shape().rows(), w.shape().dim(0), w.shape().dim(1));
    weighted(low, n, s, l.bias(), l.addend(), l.act(), false);
  }

  static void gegluLinear(Lowering low, Node n, Op.GegluLinear g) {
    GemmShape s =
        GemmShape.product(1, n.shape().rows(), n.shape().dim(-1), n.input(1).shape().dim(1));
    weighted(low, n, s, g.bias(), false, Activation.NONE, true);
  }

  private static void weighted(
      Lowering low,
      Node n,
      GemmShape s,
      boolean bias,
      boolean addend,
      Activation act,
      boolean geglu) {
    Gemm gemm = Gemm.choose(low, s, geglu);
    Panels p = gemm.panels(geglu);
    Ref w =
        RestingWeights.rests(low, n.input(1))
            ? RestingWeights.panels(low, n, p)
            : low.weights().panels(n.input(1), p);
    Optional<Ref> b = bias ? Optional.of(low.weights().bias(n.input(2), p)) : Optional.empty();
    Optional<Node> a = addend ? Optional.of(n.inputs().getLast()) : Optional.empty();
    boolean perPicture = a.isPresent() && !a.get().shape().equals(n.shape());
    gemm.add(
        low,
        n,
        s,
        Gemm.Factors.single(low.ref(n.input(0)), w, low.ref(n)),
        new Gemm.Epilogue(1, b, a.map(low::ref), perPicture, act, geglu));
  }

  /** The second operand is an activation: it is packed into scratch memory first. */
  static void matMul(Lowering low, Node n, Op.MatMul m) {
    Shape a = n.input(0).shape();
    int rows = a.dim(-2);
    int depth = a.dim(-1);
    int cols = n.shape().dim(-1);
    int batch = Math.toIntExact(a.elements() / rows / depth);
    GemmShape s = GemmShape.product(batch, rows, cols, depth);
    Gemm gemm = Gemm.choose(low, s, false);
    Panels p = gemm.panels(false);
    int panels = p.count(cols);
    Ref packed = low.scratch().take((long) batch * panels * depth * p.width(), low.realBytes());
    low.call(n, "pack", "pack_panels", Tunables.of(java.util.Map.of("PANEL", p.width())))
        .tensor(low.ref(n.input(1)))
        .tensor(packed)
        .i(depth)
        .i(cols)
        .i(m.transposeB())
        .run(new long[] {(long) panels * p.width(), depth, batch}, new long[] {p.width(), 1, 1});
    gemm.add(
        low,
        n,
        s,
        new Gemm.Factors(
            low.ref(n.input(0)), (long) rows * depth, packed, low.ref(n), (long) rows * cols),
        Gemm.Epilogue.scaled(m.scale()));
  }
}
