package dev.tandem.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The graph that computes one of several equal parts of a batch. Threads or queues that each
 * compute their own part wait for each other once a run instead of once an operation.
 */
public final class BatchSplit {
  private BatchSplit() {}

  /**
   * Into how many parts the batch can be split among so many workers: a common divisor of their
   * number and the first extent of every input, or 1 if some operation mixes pictures.
   */
  public static int parts(Graph g, int workers) {
    int parts = workers;
    for (Node in : g.inputs()) {
      parts = gcd(parts, in.shape().rank() == 0 ? 1 : in.shape().dim(0));
    }
    return parts > 1 && separable(g, parts) ? parts : 1;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /**
   * The same graph, node for node and in the same order, on a part of the batch.
   *
   * @param parts as {@link #parts} gave it
   */
  public static Graph part(Graph g, int parts) {
    GraphBuilder b = new GraphBuilder(g.kind(), g.name() + " / " + parts);
    List<Node> made = new ArrayList<>();
    for (Node n : g.nodes()) {
      Op op =
          switch (n.op()) {
            case Op.Input i -> new Op.Input(part(i.shape(), parts), i.type());
            case Op.Reshape r -> new Op.Reshape(part(r.shape(), parts));
            default -> n.op();
          };
      made.add(b.add(n.name(), op, n.inputs().stream().map(i -> made.get(i.id())).toList()));
    }
    g.outputs().forEach((name, n) -> b.output(name, made.get(n.id())));
    return b.build();
  }

  private static Shape part(Shape s, int parts) {
    return s.with(0, s.dim(0) / parts);
  }

  /** Whether each part of every value depends on the same part of the inputs only. */
  private static boolean separable(Graph g, int parts) {
    Set<Node> split = new HashSet<>(g.inputs());
    for (Node n : g.nodes()) {
      if (n.isInput() || n.isConstant()) {
        continue;
      }
      if (!split.contains(n.input(0)) || n.shape().dim(0) % parts != 0 || !keepsParts(n, split)) {
        return false;
      }
      split.add(n);
    }
    return true;
  }

  private static boolean keepsParts(Node n, Set<Node> split) {
    int rank = n.input(0).shape().rank();
    boolean others = n.inputs().stream().skip(1).allMatch(i -> split.contains(i) || i.isConstant());
    return others
        && switch (n.op()) {
          case Op.Concat c -> c.axis() > 0 && split.contains(n.input(1));
          case Op.MatMul _ -> rank > 2 && split.contains(n.input(1));
          case Op.Add _ -> split.contains(n.input(1)) || n.input(1).shape().dim(0) == 1;
          case Op.TimestepEmbedding _, Op.Reshape _ -> true;
          default -> rank > 1;
        };
  }
}
