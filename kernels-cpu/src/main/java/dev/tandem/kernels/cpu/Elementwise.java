package dev.tandem.kernels.cpu;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.kernels.cpu.MatrixProducts.Operand;
import java.util.List;

/** Operations that look at one element or one row at a time. */
final class Elementwise {
  private Elementwise() {}

  static List<Kernel> activate(Lowering low, Node n, Op.Activate a) {
    PostOps.Eltwise e = PostOps.Eltwise.of(a.act());
    return List.of(eltwise(low, n, e.algorithm(), e.alpha(), 0));
  }

  static List<Kernel> scale(Lowering low, Node n, Op.Scale s) {
    return List.of(eltwise(low, n, OneDnn.ELTWISE_LINEAR, s.factor(), s.offset()));
  }

  private static Kernel eltwise(Lowering low, Node n, int algorithm, float alpha, float beta) {
    Primitives p = low.primitives();
    long layout = p.layout(n.shape().rows(), n.shape().dim(-1));
    return eltwise(
        p,
        algorithm,
        alpha,
        beta,
        new Operand(layout, low.place(n.input(0))),
        new Operand(layout, low.place(n)));
  }

  static Kernel eltwise(
      Primitives p, int algorithm, float alpha, float beta, Operand x, Operand y) {
    long attributes = p.lib().attributes();
    long descriptor =
        p.lib().eltwise(p.engine(), algorithm, x.layout(), y.layout(), alpha, beta, attributes);
    p.lib().destroy(OneDnn.Kind.ATTRIBUTES, attributes);
    return p.call(descriptor)
        .arg(OneDnn.ARG_SRC, x.layout(), x.place())
        .arg(OneDnn.ARG_DST, y.layout(), y.place())
        .build();
  }

  /** {@code c = post(a op b)}; extents of b may be 1. */
  static Kernel binary(Primitives p, int algorithm, Operand a, Operand b, Operand c, PostOps post) {
    long attributes = post.attributes(p.lib());
    long descriptor =
        p.lib().binary(p.engine(), algorithm, a.layout(), b.layout(), c.layout(), attributes);
    p.lib().destroy(OneDnn.Kind.ATTRIBUTES, attributes);
    return p.call(descriptor)
        .arg(OneDnn.ARG_SRC, a.layout(), a.place())
        .arg(OneDnn.ARG_SRC_1, b.layout(), b.place())
        .arg(OneDnn.ARG_DST, c.layout(), c.place())
        .postOps(post)
        .build();
  }

  static List<Kernel> softmax(Lowering low, Node n, Op.Softmax s) {
    Primitives p = low.primitives();
    long layout = p.layout(n.shape().rows(), n.shape().dim(-1));
    return List.of(
        eltwise(
            p,
            OneDnn.ELTWISE_LINEAR,
            s.scale(),
            0,
            new Operand(layout, low.place(n.input(0))),
            new Operand(layout, low.place(n))),
        softmax(p, layout, 1, low.place(n)));
  }

  /** Softmax over one axis, in place. */
  static Kernel softmax(Primitives p, long layout, int axis, Place place) {
    long attributes = p.lib().attributes();
    long descriptor = p.lib().softmax(p.engine(), layout, layout, axis, attributes);
    p.lib().destroy(OneDnn.Kind.ATTRIBUTES, attributes);
    return p.call(descriptor)
        .arg(OneDnn.ARG_SRC, layout, place)
        .arg(OneDnn.ARG_DST, layout, place)
        .build();
  }

  /**
   * Layer norm does not see a constant added to a row, but oneDNN sums rows in F32 and a mean far
   * from zero would cost it its accuracy: so each row's first element is subtracted before.
   */
  static List<Kernel> layerNorm(Lowering low, Node n, Op.LayerNorm l, Result result) {
    Primitives p = low.primitives();
    long rows = n.shape().rows();
    long width = n.shape().dim(-1);
    long layout = p.layout(rows, width);
    long row = p.layout(width);
    long columnBytes = Primitives.align(rows * Float.BYTES);
    Place y = result.rounded() ? p.temporary(columnBytes, n.bytes()) : result.place();
    // Rows as channels: the only form in which oneDNN is fast at "one number for each row".
    long channels = p.layout(1, rows, width);
    Place x = low.place(n.input(0));
    long column = p.layout(new long[] {rows, 1}, new long[] {width, 1});
    long dense = p.layout(rows, 1);
    Place first = p.temporary(0, columnBytes);
    Kernel gather = p.copy(column, x, dense, first);
    Kernel shift =
        binary(
            p,
            OneDnn.BINARY_SUB,
            new Operand(channels, x),
            new Operand(p.layout(1, rows, 1), first),
            new Operand(channels, y),
            PostOps.none());
    PostOps post = result.after(PostOps.none());
    long attributes = post.attributes(p.lib());
    long to = result.matrix(rows, width);
    long descriptor = p.lib().layerNorm(p.engine(), layout, to, l.eps(), attributes);
    p.lib().destroy(OneDnn.Kind.ATTRIBUTES, attributes);
    return List.of(
        gather,
        shift,
        p.call(descriptor)
            .arg(OneDnn.ARG_SRC, layout, y)
            .arg(OneDnn.ARG_DST, to, result.place())
            .arg(OneDnn.ARG_SCALE, row, low.place(n.input(1)))
            .arg(OneDnn.ARG_SHIFT, row, low.place(n.input(2)))
            .postOps(post)
            .build());
  }

  /** Unfused, so rare: the GELU of both halves into scratch, of which only the gate is used. */
  static List<Kernel> geglu(Lowering low, Node n) {
    Primitives p = low.primitives();
    long rows = n.shape().rows();
    long half = n.shape().dim(-1);
    long both = p.layout(rows, 2 * half);
    long strided = p.layout(new long[] {rows, half}, new long[] {2 * half, 1});
    Place x = low.place(n.input(0));
    Place gelu = p.temporary(0, 2 * n.bytes());
    PostOps.Eltwise act = PostOps.Eltwise.of(Activation.GELU);
    return List.of(
        eltwise(p, act.algorithm(), act.alpha(), 0, new Operand(both, x), new Operand(both, gelu)),
        binary(
            p,
            OneDnn.BINARY_MUL,
            new Operand(strided, x),
            new Operand(strided, gelu.plusFloats(half)),
            new Operand(p.layout(rows, half), low.place(n)),
            PostOps.none()));
  }

  static List<Kernel> add(Lowering low, Node n) {
    return Broadcast.add(low, n);
  }

  /** {@code x * inverse}, to the nearest whole number, half to even, and cut off at 127. */
  static List<Kernel> quantize(Lowering low, Node n, Result result) {
    Primitives p = low.primitives();
    long rows = n.shape().rows();
    long width = n.shape().dim(-1);
    long scales = p.layout(1, n.input(1).shape().dim(0));
    return List.of(
        binary(
            p,
            OneDnn.BINARY_MUL,
            new Operand(p.layout(rows, width), low.place(n.input(0))),
            new Operand(scales, low.place(n.input(1))),
            new Operand(result.matrix(rows, width), result.place()),
            PostOps.none().clip(-127, 127)));
  }
}
