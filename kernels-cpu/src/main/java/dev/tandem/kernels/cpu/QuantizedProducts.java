package dev.tandem.kernels.cpu;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

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
  /** Makes the descriptor of a product from the layouts of its operands. */
  private interface Descriptor {
    long of(long src, long weights, long dst, long attributes);
  }

  /**
   * A product as oneDNN sees it.
   *
   * @param signed layout of the source
   * @param unsigned the same of unsigned numbers
   * @param weights layout of the weights, to be chosen
   * @param stored layout of the weights in the checkpoint
   * @param result layout of the result as F32
   * @param channels layout of one F32 for each output channel, of the result's rank
   */
  private record Form(
      long signed,
      long unsigned,
      long weights,
      long stored,
      long result,
      long channels,
      Descriptor descriptor) {}

  private final Lowering low;
  private final Primitives p;
  private final OneDnn lib;
  private final Node n;
  private final boolean bias;
  private final Form form;
  private final Place part;
  private final Place negative;
  private final long scratchBytes;

  private QuantizedProducts(Lowering low, Node n, boolean bias, Form form) {
    this.low = low;
    this.p = low.primitives();
    this.lib = p.lib();
    this.n = n;
    this.bias = bias;
    this.form = form;
    long partBytes = Primitives.align(n.input(0).bytes());
    part = Place.scratch(0);
    negative = Place.scratch(partBytes);
    scratchBytes = lib.signedSumsAreExact() ? 0 : partBytes + Primitives.align(n.bytes());
    p.temporary(0, scratchBytes);
  }

  static List<Kernel> conv2d(Lowering low, Node n, Op.QuantizedConv2d c) {
    Primitives p = low.primitives();
    Shape x = n.input(0).shape();
    Shape w = n.input(1).shape();
    long[] dims = {w.dim(0), w.dim(1), w.dim(2), w.dim(3)};
    long[] stride = {c.stride(), c.stride()};
    long[] before = {c.padding().top(), c.padding().left()};
    long[] after = {c.padding().bottom(), c.padding().right()};
    Form form =
        new Form(
            p.picture(OneDnn.S8, x),
            p.picture(OneDnn.U8, x),
            p.anyLayout(OneDnn.S8, dims),
            p.layout(OneDnn.S8, dims),
            p.picture(n.shape()),
            p.picture(Shape.of(1, 1, 1, w.dim(0))),
            (src, weights, dst, attributes) ->
                p.lib()
                    .convolution(
                        p.engine(), src, weights, 0, dst, stride, before, after, attributes));
    return new QuantizedProducts(low, n, c.bias(), form)
        .kernels(
            0,
            post -> {
              if (c.addend()) {
                Node addend = n.inputs().getLast();
                post.binary(OneDnn.BINARY_ADD, p.picture(addend.shape()), low.place(addend));
              }
              return post.activation(c.act());
            },
            form.result,
            low.place(n));
  }

  static List<Kernel> linear(Lowering low, Node n, Op.QuantizedLinear l) {
    Form form = rows(low, n, n.shape().dim(-1));
    return new QuantizedProducts(low, n, l.bias(), form)
        .kernels(
            0,
            post -> {
              if (l.addend()) {
                post.binary(OneDnn.BINARY_ADD, form.result, low.place(n.inputs().getLast()));
              }
              return post.activation(l.act());
            },
            form.result,
            low.place(n));
  }

  /**
   * A linear layer and the gate that it feeds: the gate's half first, into scratch; the product of
   * the value's half is then multiplied by its GELU.
   *
   * @param n without addend and activation
   */
  static List<Kernel> gated(Lowering low, Node n, Op.QuantizedLinear l, Result result) {
    Primitives p = low.primitives();
    int out = n.shape().dim(-1) / 2;
    Form form = rows(low, n, out);
    QuantizedProducts q = new QuantizedProducts(low, n, l.bias(), form);
    Place gate = p.temporary(q.scratchBytes, n.bytes() / 2);
    List<Kernel> kernels = new ArrayList<>();
    kernels.addAll(q.kernels(out, post -> post.activation(Activation.GELU), form.result, gate));
    kernels.addAll(
        q.kernels(
            0,
            post -> result.after(post.binary(OneDnn.BINARY_MUL, form.result, gate)),
            result.matrix(n.shape().rows(), out),
            result.place()));
    return kernels;
  }

  /** A linear layer's form for so many of its output channels. */
  private static Form rows(Lowering low, Node n, long out) {
    Primitives p = low.primitives();
    long rows = n.shape().rows();
    long in = n.input(0).shape().dim(-1);
    long[] x = {rows, in};
    long[] w = {in, out};
    return new Form(
        p.layout(OneDnn.S8, x),
        p.layout(OneDnn.U8, x),
        p.anyLayout(OneDnn.S8, w),
        p.layout(OneDnn.S8, w, new long[] {1, in}),
        p.layout(rows, out),
        p.layout(1, out),
        (src, weights, dst, attributes) ->
            p.lib().matMul(p.engine(), src, weights, 0, dst, attributes));
  }

  /**
   * The product.
   *
   * @param first output channel
   * @param rest appends what follows scale and bias
   * @param dst layout of the result
   */
  private List<Kernel> kernels(int first, UnaryOperator<PostOps> rest, long dst, Place to) {
    Place x = low.place(n.input(0));
    PostOps scaled = PostOps.none();
    if (!lib.signedSumsAreExact()) {
      scaled.binary(OneDnn.BINARY_SUB, form.result, negative);
    }
    scaled.binary(OneDnn.BINARY_MUL, form.channels, low.place(n.input(2)).plusFloats(first));
    if (bias) {
      scaled.binary(OneDnn.BINARY_ADD, form.channels, low.place(n.input(3)).plusFloats(first));
    }
    PostOps post = rest.apply(scaled);
    if (lib.signedSumsAreExact()) {
      long whole = descriptor(form.signed, form.weights, dst, post);
      return List.of(pass(whole, first, form.signed, x, dst, to, post));
    }
    PostOps none = PostOps.none();
    long minus = descriptor(form.unsigned, form.weights, form.result, none);
    long chosen = lib.layoutOf(minus, OneDnn.QUERY_WEIGHTS);
    long plus = descriptor(form.unsigned, chosen, dst, post);
    return List.of(
        p.scaled(form.signed, x, -1, form.unsigned, part),
        pass(minus, first, form.unsigned, part, form.result, negative, none),
        p.copy(form.signed, x, form.unsigned, part),
        pass(plus, first, form.unsigned, part, dst, to, post));
  }

  private long descriptor(long src, long weights, long dst, PostOps post) {
    long attributes = post.attributes(lib);
    long descriptor = form.descriptor.of(src, weights, dst, attributes);
    lib.destroy(OneDnn.Kind.ATTRIBUTES, attributes);
    return descriptor;
  }

  private Kernel pass(
      long descriptor, int first, long src, Place x, long dst, Place to, PostOps post) {
    long wanted = lib.layoutOf(descriptor, OneDnn.QUERY_WEIGHTS);
    Shape w = n.input(1).shape();
    long at = first * (w.elements() / w.dim(0));
    return p.call(descriptor)
        .arg(OneDnn.ARG_SRC, src, x)
        .arg(OneDnn.ARG_WEIGHTS, wanted, low.weights().relaid(n, at, form.stored, wanted))
        .arg(OneDnn.ARG_DST, dst, to)
        .postOps(post)
        .build();
  }
}
