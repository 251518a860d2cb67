package dev.tandem.kernels.cpu;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.List;

/** Convolutions on NHWC pictures; addend and activation are post-operations. */
final class Convolutions {
  private Convolutions() {}

  static List<Kernel> conv2d(Lowering low, Node n, Op.Conv2d c) {
    return low.winograd(n)
        .map(t -> Winograd.conv2d(low, n, c, t))
        .orElseGet(() -> direct(low, n, c));
  }

  private static List<Kernel> direct(Lowering low, Node n, Op.Conv2d c) {
    Primitives p = low.primitives();
    OneDnn lib = p.lib();
    Shape w = n.input(1).shape();
    long[] dims = {w.dim(0), w.dim(1), w.dim(2), w.dim(3)};
    long src = p.picture(n.input(0).shape());
    long dst = p.picture(n.shape());
    long bias = c.bias() ? p.layout(w.dim(0)) : 0;
    PostOps post = PostOps.none();
    if (c.addend()) {
      Node addend = n.inputs().getLast();
      post.binary(OneDnn.BINARY_ADD, p.picture(addend.shape()), low.place(addend));
    }
    post.activation(c.act());
    Op.Padding pad = c.padding();
    long attributes = post.attributes(lib);
    long descriptor =
        lib.convolution(
            p.engine(),
            src,
            p.anyLayout(dims),
            bias,
            dst,
            new long[] {c.stride(), c.stride()},
            new long[] {pad.top(), pad.left()},
            new long[] {pad.bottom(), pad.right()},
            attributes);
    lib.destroy(OneDnn.Kind.ATTRIBUTES, attributes);
    long wanted = lib.layoutOf(descriptor, OneDnn.QUERY_WEIGHTS);
    WeightUse.Part part = new WeightUse.Part(n, 0, w.dim(0), false);
    WeightUse weights = WeightUse.of(low, part, wanted, 0);
    Primitives.Call call =
        p.call(descriptor)
            .arg(OneDnn.ARG_SRC, src, low.place(n.input(0)))
            .arg(OneDnn.ARG_WEIGHTS, wanted, weights.place())
            .arg(OneDnn.ARG_DST, dst, low.place(n))
            .postOps(post);
    if (c.bias()) {
      call.arg(OneDnn.ARG_BIAS, bias, low.place(n.input(2)));
    }
    return weights.then(call.build());
  }
}
