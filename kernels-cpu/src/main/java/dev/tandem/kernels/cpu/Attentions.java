package dev.tandem.kernels.cpu;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.kernels.cpu.MatrixProducts.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention as product, softmax, product. Strides pick out each head, so nothing is transposed.
 * Large score matrices are made a tile of query rows at a time, so that they stay in the cache.
 */
final class Attentions {
  /** A score matrix up to this size is made in one piece, bytes. */
  private static final long WHOLE = 8 << 20;

  /** Otherwise a tile of it is at most this large (but at least 16 rows), bytes. */
  private static final long TILE = 1 << 20;

  private static final int MIN_ROWS = 16;

  private Attentions() {}

  static List<Kernel> attention(Lowering low, Node n, Op.Attention a) {
    long batch = n.shape().dim(0);
    long rows = n.shape().dim(1);
    long keys = n.input(1).shape().dim(1);
    long heads = a.heads();
    long row = keys * Float.BYTES;
    Place mask =
        a.causal()
            ? causalMask(low.primitives(), rows, keys)
            : Place.at(MemorySegment.NULL.address());
    List<Kernel> kernels = new ArrayList<>();
    if (batch * heads * rows * row <= WHOLE) {
      tile(low, n, a, new Tile(0, batch, 0, heads, 0, rows), mask, kernels);
      return kernels;
    }
    long step = Math.max(MIN_ROWS, TILE / row);
    for (long b = 0; b < batch; b++) {
      for (long h = 0; h < heads; h++) {
        for (long r = 0; r < rows; r += step) {
          tile(low, n, a, new Tile(b, 1, h, 1, r, Math.min(step, rows - r)), mask, kernels);
        }
      }
    }
    return kernels;
  }

  /** Batch items {@code [item, item + items)}, heads and query rows likewise. */
  private record Tile(long item, long items, long head, long heads, long row, long rows) {}

  private static void tile(
      Lowering low, Node n, Op.Attention a, Tile t, Place mask, List<Kernel> kernels) {
    Primitives p = low.primitives();
    long tokens = n.shape().dim(1);
    long keys = n.input(1).shape().dim(1);
    long width = n.shape().dim(2);
    long size = width / a.heads();

    long[] queryDims = {t.items(), t.heads(), t.rows(), size};
    long queries = p.layout(queryDims, new long[] {tokens * width, size, width, 1});
    long keysTransposed =
        p.layout(
            new long[] {t.items(), t.heads(), size, keys},
            new long[] {keys * width, size, 1, width});
    long values =
        p.layout(
            new long[] {t.items(), t.heads(), keys, size},
            new long[] {keys * width, size, width, 1});
    long scores = p.layout(t.items(), t.heads(), t.rows(), keys);

    long headStart = t.head() * size;
    long queryStart = (t.item() * tokens + t.row()) * width + headStart;
    long keyStart = t.item() * keys * width + headStart;
    Operand score =
        new Operand(scores, p.temporary(0, t.items() * t.heads() * t.rows() * keys * Float.BYTES));
    PostOps post = PostOps.none().scale(a.scale());
    if (a.causal()) {
      post.binary(
          OneDnn.BINARY_ADD, p.layout(1, 1, t.rows(), keys), mask.plusFloats(t.row() * keys));
    }
    kernels.add(
        MatrixProducts.product(
            p,
            new Operand(queries, low.place(n.input(0)).plusFloats(queryStart)),
            new Operand(keysTransposed, low.place(n.input(1)).plusFloats(keyStart)),
            score,
            post));
    kernels.add(Elementwise.softmax(p, scores, 3, score.place()));
    kernels.add(
        MatrixProducts.product(
            p,
            score,
            new Operand(values, low.place(n.input(2)).plusFloats(keyStart)),
            new Operand(queries, low.place(n).plusFloats(queryStart)),
            PostOps.none()));
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
