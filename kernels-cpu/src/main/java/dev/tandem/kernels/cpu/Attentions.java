package dev.tandem.kernels.cpu;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention as product, softmax, product. Strides pick out each head, so nothing is transposed.
 * Large score matrices are made a tile of one head's query rows at a time, so that they stay in the
 * cache; all tiles share their primitives.
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
    long row = keys * Float.BYTES;
    AttentionTile.Operands operands = AttentionTile.Operands.of(low, n, a);
    if (batch * a.heads() * rows * row <= WHOLE) {
      AttentionTile whole = new AttentionTile(operands, batch, a.heads(), rows);
      return List.of(() -> whole.run(0, 0, 0));
    }
    long step = Math.min(rows, Math.max(MIN_ROWS, TILE / row));
    List<Kernel> kernels = new ArrayList<>();
    kernels.add(tiles(operands, batch, a.heads(), 0, rows / step * step, step));
    if (rows % step != 0) {
      kernels.add(tiles(operands, batch, a.heads(), rows / step * step, rows, rows % step));
    }
    return kernels;
  }

  /** Query rows {@code [first, end)} of all heads, {@code step} at a time. */
  private static Kernel tiles(
      AttentionTile.Operands operands, long batch, long heads, long first, long end, long step) {
    AttentionTile tile = new AttentionTile(operands, 1, 1, step);
    return () -> {
      for (long item = 0; item < batch; item++) {
        for (long head = 0; head < heads; head++) {
          for (long row = first; row < end; row += step) {
            tile.run(item, head, row);
          }
        }
      }
    };
  }
}
