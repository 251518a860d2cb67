package dev.tandem.kernels.cpu;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Operations that are computed together with the one that alone reads them, so that what lies
 * between is never stored: a norm or a gated product with its rounding to 8 bits, and an 8-bit
 * product with the gate that it feeds.
 */
final class Joins {
  /** By the operation that is computed later than it stands: the one that it is computed with. */
  private final Map<Node, Node> with = new LinkedHashMap<>();

  private Joins() {}

  static Joins of(Graph g) {
    Joins joins = new Joins();
    int[] uses = g.useCounts();
    for (Node n : g.nodes()) {
      if (n.isComputed()) {
        Node x = n.input(0);
        if (uses[x.id()] == 1 && x.isComputed() && joins.suits(x, n)) {
          joins.with.put(x, n);
        }
      }
    }
    return joins;
  }

  private boolean suits(Node x, Node reader) {
    return switch (reader.op()) {
      case Op.Geglu _ ->
          x.op() instanceof Op.QuantizedLinear l && !l.addend() && l.act() == Activation.NONE;
      case Op.Quantize _ ->
          x.op() instanceof Op.GroupNorm
              || x.op() instanceof Op.LayerNorm
              || (x.op() instanceof Op.Geglu && with.containsKey(x.input(0)));
      default -> false;
    };
  }

  /** Each node that is computed with a later one. */
  Map<Node, Node> with() {
    return with;
  }

  /** The first of all that are computed with a node: itself, if there is none. */
  Node head(Node n) {
    Node head = n;
    for (Optional<Node> x = before(n); x.isPresent(); x = before(head)) {
      head = x.get();
    }
    return head;
  }

  /** What is computed with a node, and feeds it. */
  Optional<Node> before(Node n) {
    return n.isComputed() && with.containsKey(n.input(0))
        ? Optional.of(n.input(0))
        : Optional.empty();
  }
}
