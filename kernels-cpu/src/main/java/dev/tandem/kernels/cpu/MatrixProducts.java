package dev.tandem.kernels.cpu;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Linear layers and matrix products. */
final class MatrixProducts {
  private MatrixProducts() {}

  static List<Kernel> linear(Lowering low, Node n, Op.Linear l) {
    Primitives p = low.primitives();
    PostOps post = PostOps.none();
    if (l.addend()) {
      long layout = p.layout(n.shape().rows(), n.shape().dim(-1));
      post.binary(OneDnn.BINARY_ADD, layout, low.place(n.inputs().getLast()));
    }
    post.activation(l.act());
    Optional<Place> bias = l.bias() ? Optional.of(low.place(n.input(2))) : Optional.empty();
    return layer(low, n, new Rows(0, n.shape().dim(-1), 0), bias, low.place(n), post);
  }

  /** The gate first, into scratch; the value's product is then multiplied by it. */
  static List<Kernel> gegluLinear(Lowering low, Node n, Op.GegluLinear g) {
    Primitives p = low.primitives();
    int out = n.shape().dim(-1);
    Place gate = p.temporary(0, n.bytes());
    Optional<Place> bias = g.bias() ? Optional.of(low.place(n.input(2))) : Optional.empty();
    PostOps gelu = PostOps.none().activation(Activation.GELU);
    PostOps times = PostOps.none().binary(OneDnn.BINARY_MUL, p.layout(n.shape().rows(), out), gate);
    long free = Primitives.align(n.bytes());
    Optional<Place> gateBias = bias.map(b -> b.plusFloats(out));
    List<Kernel> kernels = new ArrayList<>();
    kernels.addAll(layer(low, n, new Rows(out, out, free), gateBias, gate, gelu));
    kernels.addAll(layer(low, n, new Rows(0, out, free), bias, low.place(n), times));
    return kernels;
  }

  /**
   * Which rows of a weight.
   *
   * @param scratch from where the scratch area is free, bytes
   */
  private record Rows(int first, int count, long scratch) {}

  /** {@code to = post(x w^T + bias)} for some rows of the weight. */
  private static List<Kernel> layer(
      Lowering low, Node n, Rows r, Optional<Place> bias, Place to, PostOps post) {
    int out = r.count;
    Primitives p = low.primitives();
    OneDnn lib = p.lib();
    Node x = n.input(0);
    long rows = x.shape().rows();
    long in = x.shape().dim(-1);
    long src = p.layout(rows, in);
    long dst = p.layout(rows, out);
    long biasLayout = bias.isPresent() ? p.layout(1, out) : 0;
    long attributes = post.attributes(lib);
    long descriptor =
        lib.matMul(p.engine(), src, p.anyLayout(in, out), biasLayout, dst, attributes);
    lib.destroy(OneDnn.Kind.ATTRIBUTES, attributes);
    long wanted = lib.layoutOf(descriptor, OneDnn.QUERY_WEIGHTS);
    WeightUse.Part part = new WeightUse.Part(n, r.first, out, true);
    WeightUse weights = WeightUse.of(low, part, wanted, r.scratch);
    Primitives.Call call =
        p.call(descriptor)
            .arg(OneDnn.ARG_SRC, src, low.place(x))
            .arg(OneDnn.ARG_WEIGHTS, wanted, weights.place())
            .arg(OneDnn.ARG_DST, dst, to)
            .postOps(post);
    bias.ifPresent(b -> call.arg(OneDnn.ARG_BIAS, biasLayout, b));
    return weights.then(call.build());
  }

  static List<Kernel> matMul(Lowering low, Node n, Op.MatMul m) {
    Primitives p = low.primitives();
    Shape a = n.input(0).shape();
    long rows = a.dim(-2);
    long inner = a.dim(-1);
    long columns = n.shape().dim(-1);
    long batch = n.shape().elements() / (rows * columns);
    long first = p.layout(batch, rows, inner);
    long second =
        m.transposeB()
            ? p.layout(new long[] {batch, inner, columns}, new long[] {inner * columns, 1, inner})
            : p.layout(batch, inner, columns);
    PostOps post = PostOps.none().scale(m.scale());
    return List.of(
        product(
            p,
            new Operand(first, low.place(n.input(0))),
            new Operand(second, low.place(n.input(1))),
            new Operand(p.layout(batch, rows, columns), low.place(n)),
            post));
  }

  /** A value and how it lies in memory. */
  record Operand(long layout, Place place) {}

  /** {@code c = post(a b)}, batched, all three with any strides. */
  private static Kernel product(Primitives p, Operand a, Operand b, Operand c, PostOps post) {
    return p.call(product(p, a.layout(), b.layout(), c.layout(), post))
        .arg(OneDnn.ARG_SRC, a.layout(), a.place())
        .arg(OneDnn.ARG_WEIGHTS, b.layout(), b.place())
        .arg(OneDnn.ARG_DST, c.layout(), c.place())
        .postOps(post)
        .build();
  }

  /** The descriptor of {@code c = post(a b)}. */
  static long product(Primitives p, long a, long b, long c, PostOps post) {
    long attributes = post.attributes(p.lib());
    long descriptor = p.lib().matMul(p.engine(), a, b, 0, c, attributes);
    p.lib().destroy(OneDnn.Kind.ATTRIBUTES, attributes);
    return descriptor;
  }
}
