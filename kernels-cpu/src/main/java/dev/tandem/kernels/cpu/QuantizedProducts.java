package dev.tandem.kernels.cpu;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.List;

/**
 * Products of 8-bit numbers, with exact sums. Scale, bias, addend and activation are
 * post-operations.
 *
 * <p>Where signed numbers would be summed in 16 bits, the source is taken apart by sign: {@code x =
 * p - m} with {@code p = max(x, 0)} and {@code m = max(-x, 0)}, both of at most 127. Two products
 * then come to at most 2 * 127 * 127, which 16 bits hold, and the result is {@code p w - m w}. As
 * everywhere, a sum beyond 2^24 is rounded when it becomes F32, here each of the two.
 */
final class QuantizedProducts {
  /** Makes the descriptor of a product from the layouts of its source and its weights. */
  private interface Product {
    long descriptor(long src, long weights, long attributes);
  }

  private final Lowering low;
  private final Primitives p;
  private final OneDnn lib;
  private final Node n;
  private final long dst;
  private final long channels;

  /**
   * For one node.
   *
   * @param dst layout of the result
   * @param channels layout of a value for each output channel, with the result's rank
   */
  private QuantizedProducts(Lowering low, Node n, long dst, long channels) {
    this.low = low;
    this.p = low.primitives();
    this.lib = p.lib();
    this.n = n;
    this.dst = dst;
    this.channels = channels;
  }

  static List<Kernel> conv2d(Lowering low, Node n, Op.QuantizedConv2d c) {
    Primitives p = low.primitives();
    Shape x = n.input(0).shape();
    Shape w = n.input(1).shape();
    long[] dims = {w.dim(0), w.dim(1), w.dim(2), w.dim(3)};
    long dst = p.picture(n.shape());
    long[] stride = {c.stride(), c.stride()};
    long[] before = {c.padding().top(), c.padding().left()};
    long[] after = {c.padding().bottom(), c.padding().right()};
    QuantizedProducts q =
        new QuantizedProducts(low, n, dst, p.picture(Shape.of(1, 1, 1, w.dim(0))));
    PostOps rest = q.rest(c.bias());
    if (c.addend()) {
      Node addend = n.inputs().getLast();
      rest.binary(OneDnn.BINARY_ADD, p.picture(addend.shape()), low.place(addend));
    }
    return q.kernels(
        p.picture(OneDnn.S8, x),
        p.picture(OneDnn.U8, x),
        p.anyLayout(OneDnn.S8, dims),
        p.layout(OneDnn.S8, dims),
        (src, weights, attributes) ->
            p.lib()
                .convolution(p.engine(), src, weights, 0, dst, stride, before, after, attributes),
        rest.activation(c.act()));
  }

  static List<Kernel> linear(Lowering low, Node n, Op.QuantizedLinear l) {
    Primitives p = low.primitives();
    long rows = n.shape().rows();
    long in = n.input(0).shape().dim(-1);
    long out = n.shape().dim(-1);
    long dst = p.layout(rows, out);
    long[] dims = {in, out};
    QuantizedProducts q = new QuantizedProducts(low, n, dst, p.layout(1, out));
    PostOps rest = q.rest(l.bias());
    if (l.addend()) {
      rest.binary(OneDnn.BINARY_ADD, dst, low.place(n.inputs().getLast()));
    }
    return q.kernels(
        p.layout(OneDnn.S8, new long[] {rows, in}),
        p.layout(OneDnn.U8, new long[] {rows, in}),
        p.anyLayout(OneDnn.S8, dims),
        p.layout(OneDnn.S8, dims, new long[] {1, in}),
        (src, weights, attributes) -> p.lib().matMul(p.engine(), src, weights, 0, dst, attributes),
        rest.activation(l.act()));
  }

  /** Scale and bias. */
  private PostOps rest(boolean bias) {
    PostOps post = PostOps.none();
    if (!lib.signedSumsAreExact()) {
      post.sum(-1);
    }
    post.binary(OneDnn.BINARY_MUL, channels, low.place(n.input(2)));
    return bias ? post.binary(OneDnn.BINARY_ADD, channels, low.place(n.input(3))) : post;
  }

  private List<Kernel> kernels(
      long signed, long unsigned, long any, long stored, Product product, PostOps rest) {
    Place x = low.place(n.input(0));
    if (lib.signedSumsAreExact()) {
      return List.of(pass(descriptor(product, signed, any, rest), signed, x, stored, rest));
    }
    Place part = p.temporary(0, n.input(0).bytes());
    PostOps none = PostOps.none();
    long first = descriptor(product, unsigned, any, none);
    long second = descriptor(product, unsigned, lib.layoutOf(first, OneDnn.QUERY_WEIGHTS), rest);
    return List.of(
        p.scaled(signed, x, -1, unsigned, part),
        pass(first, unsigned, part, stored, none),
        p.copy(signed, x, unsigned, part),
        pass(second, unsigned, part, stored, rest));
  }

  private long descriptor(Product product, long src, long weights, PostOps post) {
    long attributes = post.attributes(lib);
    long descriptor = product.descriptor(src, weights, attributes);
    lib.destroy(OneDnn.Kind.ATTRIBUTES, attributes);
    return descriptor;
  }

  private Kernel pass(long descriptor, long src, Place x, long stored, PostOps post) {
    long wanted = lib.layoutOf(descriptor, OneDnn.QUERY_WEIGHTS);
    return p.call(descriptor)
        .arg(OneDnn.ARG_SRC, src, x)
        .arg(OneDnn.ARG_WEIGHTS, wanted, low.weights().relaid(n, 0, stored, wanted))
        .arg(OneDnn.ARG_DST, dst, low.place(n))
        .postOps(post)
        .build();
  }

  /** {@code x * inverse}, to the nearest whole number, half to even, and cut off at 127. */
  static List<Kernel> quantize(Lowering low, Node n) {
    Primitives p = low.primitives();
    long[] dims = {n.shape().rows(), n.shape().dim(-1)};
    long scales = p.layout(1, n.input(1).shape().dim(0));
    return List.of(
        Elementwise.binary(
            p,
            OneDnn.BINARY_MUL,
            new MatrixProducts.Operand(p.layout(dims), low.place(n.input(0))),
            new MatrixProducts.Operand(scales, low.place(n.input(1))),
            new MatrixProducts.Operand(p.layout(OneDnn.S8, dims), low.place(n)),
            PostOps.none().clip(-127, 127)));
  }
}
