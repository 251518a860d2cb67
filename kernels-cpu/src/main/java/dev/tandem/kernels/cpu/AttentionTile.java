package dev.tandem.kernels.cpu;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * The primitives that compute attention for some batch items, heads and query rows, wherever these
 * begin.
 */
final class AttentionTile {
  /**
   * What all tiles of an operation read and write.
   *
   * @param q {@code [batch, tokens, width]}, as the result; a head's values lie side by side
   * @param k {@code [batch, keys, width]}, as {@code v}
   * @param mask {@code [tokens, keys]}, added to the scores
   */
  record Operands(
      Primitives primitives,
      long tokens,
      long keys,
      long width,
      long size,
      float scale,
      Place q,
      Place k,
      Place v,
      Place result,
      Optional<Place> mask) {
    static Operands of(Lowering low, Node n, Op.Attention a) {
      long tokens = n.shape().dim(1);
      long keys = n.input(1).shape().dim(1);
      long width = n.shape().dim(2);
      Primitives p = low.primitives();
      return new Operands(
          p,
          tokens,
          keys,
          width,
          width / a.heads(),
          a.scale(),
          low.place(n.input(0)),
          low.place(n.input(1)),
          low.place(n.input(2)),
          low.place(n),
          a.causal() ? Optional.of(causalMask(p, tokens, keys)) : Optional.empty());
    }
  }

  private final Operands o;
  private final Movable q;
  private final Movable k;
  private final Movable v;
  private final Movable result;
  private final Optional<Movable> mask;
  private final Kernel product;
  private final Kernel softmax;
  private final Kernel sum;

  AttentionTile(Operands o, long items, long heads, long rows) {
    this.o = o;
    Primitives p = o.primitives;
    long head = o.size;
    long[] queryStrides = {o.tokens * o.width, head, o.width, 1};
    long queries = p.layout(new long[] {items, heads, rows, head}, queryStrides);
    long[] keyDims = {items, heads, head, o.keys};
    long transposed = p.layout(keyDims, new long[] {o.keys * o.width, head, 1, o.width});
    long[] valueDims = {items, heads, o.keys, head};
    long values = p.layout(valueDims, new long[] {o.keys * o.width, head, o.width, 1});
    long scores = p.layout(items, heads, rows, o.keys);
    q = p.movable(queries, o.q);
    k = p.movable(transposed, o.k);
    v = p.movable(values, o.v);
    result = p.movable(queries, o.result);
    long rowMask = p.layout(1, 1, rows, o.keys);
    mask = o.mask.map(m -> p.movable(rowMask, m));

    Place at = p.temporary(0, items * heads * rows * o.keys * Float.BYTES);
    PostOps post = PostOps.none().scale(o.scale);
    mask.ifPresent(m -> post.binary(OneDnn.BINARY_ADD, m));
    product =
        p.call(MatrixProducts.product(p, queries, transposed, scores, post))
            .arg(OneDnn.ARG_SRC, q)
            .arg(OneDnn.ARG_WEIGHTS, k)
            .arg(OneDnn.ARG_DST, scores, at)
            .postOps(post)
            .build();
    softmax = Elementwise.softmax(p, scores, 3, at);
    sum =
        p.call(MatrixProducts.product(p, scores, values, queries, PostOps.none()))
            .arg(OneDnn.ARG_SRC, scores, at)
            .arg(OneDnn.ARG_WEIGHTS, v)
            .arg(OneDnn.ARG_DST, result)
            .build();
  }

  /** Computes the tile that begins there. */
  void run(long item, long head, long row) {
    long query = (item * o.tokens + row) * o.width + head * o.size;
    long key = item * o.keys * o.width + head * o.size;
    q.moveTo(query);
    k.moveTo(key);
    v.moveTo(key);
    result.moveTo(query);
    if (mask.isPresent()) {
      mask.get().moveTo(row * o.keys);
    }
    product.run();
    softmax.run();
    sum.run();
  }

  /** 0 where a token may look, minus infinity where not. */
  private static Place causalMask(Primitives p, long rows, long keys) {
    MemorySegment m = p.permanent(rows * keys * Float.BYTES);
    for (long r = 0; p.memory().real() && r < rows; r++) {
      for (long k = r + 1; k < keys; k++) {
        m.setAtIndex(ValueLayout.JAVA_FLOAT, r * keys + k, Float.NEGATIVE_INFINITY);
      }
    }
    return Place.at(m.address());
  }
}
