package dev.tandem.devices.reference;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.Arrays;

/**
 * Scaled dot-product attention by its definition (Vaswani et al. 2017): all scores of a block of
 * tokens, softmax, weighted sum of the values.
 */
final class Attentions {
  private final Op.Attention op;
  private final int tokens;
  private final int keys;
  private final int channels;
  private final int headSize;

  private Attentions(Node n, Op.Attention op) {
    this.op = op;
    this.tokens = n.input(0).shape().dim(1);
    this.keys = n.input(1).shape().dim(1);
    this.channels = n.shape().dim(2);
    this.headSize = channels / op.heads();
  }

  static Kernel attention(Node n, Op.Attention op, Values values, Workers workers, float[] out) {
    Attentions a = new Attentions(n, op);
    float[] q = values.of(n.input(0));
    float[] k = values.of(n.input(1));
    float[] v = values.of(n.input(2));
    int heads = n.shape().dim(0) * op.heads(); // over the whole batch
    float[][][] headKeys = new float[heads][a.headSize][a.keys];
    float[][][] headValues = new float[heads][a.keys][a.headSize];
    Scratch[] scratch = new Scratch[workers.count()];
    Arrays.setAll(scratch, _ -> a.new Scratch());
    values.addScratch(
        2L * heads * a.keys * a.headSize
            + 2L * workers.count() * Rows.BLOCK * (a.keys + a.headSize));
    int blocks = Rows.blocks(a.tokens);
    return () -> {
      workers.run(
          heads,
          (_, head) -> {
            a.split(k, head, headKeys[head], true);
            a.split(v, head, headValues[head], false);
          });
      workers.run(
          heads * blocks,
          (worker, i) -> {
            int head = i / blocks;
            int first = i % blocks * Rows.BLOCK;
            a.block(q, head, first, headKeys[head], headValues[head], scratch[worker], out);
          });
    };
  }

  /** Memory for one block of tokens. */
  private final class Scratch {
    final float[] queries = new float[Rows.BLOCK * headSize];
    final float[][] scores = new float[Rows.BLOCK][keys];
    final float[] shares = new float[Rows.BLOCK * keys];
    final float[][] sums = new float[Rows.BLOCK][headSize];
  }

  /** Where the channels of a head begin, for a row of {@code rows} rows an item. */
  private int at(int head, int rows, int row) {
    return (head / op.heads() * rows + row) * channels + head % op.heads() * headSize;
  }

  /** One head's rows {@code [keys][headSize]}, or {@code [headSize][keys]} if transposed. */
  private void split(float[] x, int head, float[][] to, boolean transposed) {
    for (int key = 0; key < keys; key++) {
      int at = at(head, keys, key);
      for (int c = 0; c < headSize; c++) {
        if (transposed) {
          to[c][key] = x[at + c];
        } else {
          to[key][c] = x[at + c];
        }
      }
    }
  }

  private void block(
      float[] q, int head, int first, float[][] k, float[][] v, Scratch s, float[] out) {
    int rows = Math.min(Rows.BLOCK, tokens - first);
    for (int r = 0; r < rows; r++) {
      System.arraycopy(q, at(head, tokens, first + r), s.queries, r * headSize, headSize);
      Arrays.fill(s.scores[r], 0);
      Arrays.fill(s.sums[r], 0);
    }
    Rows.addProduct(s.queries, 0, rows, k, s.scores);
    for (int r = 0; r < rows; r++) {
      int visible = op.causal() ? Math.min(first + r + 1, keys) : keys;
      System.arraycopy(s.scores[r], 0, s.shares, r * keys, visible);
      Norms.softmax(s.shares, r * keys, visible, op.scale());
      Arrays.fill(s.shares, r * keys + visible, (r + 1) * keys, 0);
    }
    Rows.addProduct(s.shares, 0, rows, v, s.sums);
    for (int r = 0; r < rows; r++) {
      System.arraycopy(s.sums[r], 0, out, at(head, tokens, first + r), headSize);
    }
  }
}
