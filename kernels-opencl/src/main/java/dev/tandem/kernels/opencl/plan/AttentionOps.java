package dev.tandem.kernels.opencl.plan;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;

/** Attention that never writes the score matrix. */
final class AttentionOps {
  /** With larger heads, queries and output of more than one vector do not stay in the cache. */
  private static final int MOST_FOR_TWO = 256;

  private AttentionOps() {}

  static void attention(Lowering low, Node n, Op.Attention a) {
    Shape q = n.input(0).shape();
    int tokens = q.dim(1);
    int keys = n.input(1).shape().dim(1);
    int channels = q.dim(2);
    int head = channels / a.heads();
    String shape =
        q.dim(0)
            + "*"
            + a.heads()
            + ","
            + tokens
            + "x"
            + keys
            + "x"
            + head
            + (a.causal() ? ",causal" : "");
    boolean cpu = low.family() == KernelFamily.CPU;
    String file = cpu ? "attention_lanes" : "attention_tile";
    Tunables t = low.tunables(file, shape);
    t =
        cpu
            ? fitWork(t, head, tokens)
            : TileShapes.attention(t, head, low.halfArithmetic() ? 2 : 4, low.localMemory());
    Tunables defines = t.with("HEAD", head);
    if (low.halfArithmetic()) {
      defines = defines.with("ARITH_F16", 1);
    }
    KernelCall k =
        low.call(n, file, "attention", defines)
            .tensor(low.ref(n.input(0)))
            .tensor(low.ref(n.input(1)))
            .tensor(low.ref(n.input(2)))
            .tensor(low.ref(n))
            .i(tokens)
            .i(keys)
            .i(channels)
            .i(a.causal())
            .f(a.scale());
    if (cpu) {
      int queries = t.get("VEC") * t.get("QV");
      k.run(
          new long[] {(tokens + queries - 1) / queries, a.heads(), q.dim(0)}, new long[] {1, 1, 1});
    } else {
      int tq = t.get("TQ");
      int td = t.get("TD");
      int queries = tq * t.get("QW");
      k.run(
          new long[] {
            td, (long) (tokens + queries - 1) / queries * tq, (long) a.heads() * q.dim(0)
          },
          new long[] {td, tq, 1});
    }
  }

  /** No more queries than there are, and a block of output channels that divides a head. */
  static Tunables fitWork(Tunables t, int head, int tokens) {
    Tunables fitted = t.with("DB", VectorWidth.dividing(t.get("DB"), head));
    return tokens <= t.get("VEC") || head > MOST_FOR_TWO ? fitted.with("QV", 1) : fitted;
  }
}
