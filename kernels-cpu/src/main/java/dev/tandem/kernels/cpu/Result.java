package dev.tandem.kernels.cpu;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;

/**
 * Where the result of a computation goes, and in which type.
 *
 * @param node whose value it is: of real numbers, or a {@link Op.Quantize} of what is computed
 */
record Result(Lowering low, Node node) {
  boolean rounded() {
    return node.op() instanceof Op.Quantize;
  }

  /** oneDNN's type of it. */
  int type() {
    return rounded() ? OneDnn.S8 : OneDnn.F32;
  }

  Place place() {
    return low.place(node);
  }

  /** A matrix layout of its type. */
  long matrix(long rows, long width) {
    return low.primitives().layout(type(), new long[] {rows, width});
  }

  /** As {@link #matrix}, for some of its rows. */
  Place row(long row, long width) {
    return Place.at(low.memory(node).address() + row * width * node.type().bytes());
  }

  /** Post-operations, and at last the rounding, if there is one. */
  PostOps after(PostOps post) {
    if (rounded()) {
      Node inverse = node.input(1);
      long scales = low.primitives().layout(1, inverse.shape().dim(0));
      post.binary(OneDnn.BINARY_MUL, scales, low.place(inverse)).clip(-127, 127);
    }
    return post;
  }
}
