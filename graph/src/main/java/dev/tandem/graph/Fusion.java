package dev.tandem.graph;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rewrites a graph so that several operations become one: norm + activation, convolution or linear
 * layer + addend + activation, linear layer + GEGLU. A value is only folded away when nothing else
 * reads it.
 */
public final class Fusion {
  /** A rewrite that a device can ask for. */
  public enum Rule {
    NORM_ACTIVATION,
    ADDEND,
    ACTIVATION,
    GEGLU
  }

  private final Graph graph;
  private final Set<Rule> rules;
  private final int[] uses;
  private final Map<Node, Node> done = new HashMap<>();
  private final GraphBuilder out;

  private Fusion(Graph graph, Set<Rule> rules) {
    this.graph = graph;
    this.rules = rules;
    this.uses = graph.useCounts();
    this.out = new GraphBuilder(graph.kind(), graph.name());
  }

  /** All rules applied. */
  public static Graph apply(Graph graph) {
    return apply(graph, EnumSet.allOf(Rule.class));
  }

  /** The rules applied that a device supports. */
  public static Graph apply(Graph graph, Set<Rule> rules) {
    Fusion f = new Fusion(graph, rules);
    for (Node n : graph.nodes()) {
      f.done.put(n, f.rewrite(n));
    }
    graph.outputs().forEach((name, n) -> f.out.output(name, f.done.get(n)));
    return f.out.build();
  }

  private Node rewrite(Node n) {
    return switch (n.op()) {
      case Op.Activate a -> activate(n, a);
      case Op.Add _ -> addend(n);
      case Op.Geglu _ -> geglu(n);
      default -> out.add(n.name(), n.op(), rewritten(n.inputs()));
    };
  }

  private Node activate(Node n, Op.Activate a) {
    Node producer = done.get(n.input(0));
    if (uses[n.input(0).id()] == 1) {
      Op fused =
          switch (producer.op()) {
            case Op.GroupNorm g when rules.contains(Rule.NORM_ACTIVATION) && free(g.act()) ->
                new Op.GroupNorm(g.groups(), g.eps(), a.act());
            case Op.Conv2d c when rules.contains(Rule.ACTIVATION) && free(c.act()) ->
                new Op.Conv2d(c.stride(), c.padding(), c.bias(), c.addend(), a.act());
            case Op.Linear l when rules.contains(Rule.ACTIVATION) && free(l.act()) ->
                new Op.Linear(l.bias(), l.addend(), a.act());
            case Op.QuantizedConv2d c when rules.contains(Rule.ACTIVATION) && free(c.act()) ->
                new Op.QuantizedConv2d(c.stride(), c.padding(), c.bias(), c.addend(), a.act());
            case Op.QuantizedLinear l when rules.contains(Rule.ACTIVATION) && free(l.act()) ->
                new Op.QuantizedLinear(l.bias(), l.addend(), a.act());
            default -> null;
          };
      if (fused != null) {
        return out.add(producer.name(), fused, producer.inputs());
      }
    }
    return out.add(n.name(), n.op(), producer);
  }

  /** Folds {@code a + b} into whichever operand is a convolution or linear layer of its own. */
  private Node addend(Node n) {
    if (rules.contains(Rule.ADDEND)) {
      // The later operand first: its inputs are all known, and the other one is then complete.
      boolean secondLater = n.input(1).id() > n.input(0).id();
      for (int i : secondLater ? new int[] {1, 0} : new int[] {0, 1}) {
        Node folded = fold(n, n.input(i), done.get(n.input(1 - i)));
        if (folded != null) {
          return folded;
        }
      }
    }
    return out.add(n.name(), n.op(), rewritten(n.inputs()));
  }

  private Node fold(Node sum, Node source, Node other) {
    Node producer = done.get(source);
    if (uses[source.id()] != 1 || !producer.shape().equals(sum.shape())) {
      return null;
    }
    Op fused =
        switch (producer.op()) {
          case Op.Conv2d c when !c.addend() && free(c.act()) && fits(other, producer.shape()) ->
              new Op.Conv2d(c.stride(), c.padding(), c.bias(), true, c.act());
          case Op.Linear l
              when !l.addend() && free(l.act()) && other.shape().equals(producer.shape()) ->
              new Op.Linear(l.bias(), true, l.act());
          case Op.QuantizedConv2d c
              when !c.addend() && free(c.act()) && fits(other, producer.shape()) ->
              new Op.QuantizedConv2d(c.stride(), c.padding(), c.bias(), true, c.act());
          case Op.QuantizedLinear l
              when !l.addend() && free(l.act()) && other.shape().equals(producer.shape()) ->
              new Op.QuantizedLinear(l.bias(), true, l.act());
          default -> null;
        };
    if (fused == null) {
      return null;
    }
    List<Node> operands = new ArrayList<>(producer.inputs());
    operands.add(other);
    return out.add(producer.name(), fused, operands);
  }

  private static boolean fits(Node addend, Shape result) {
    return addend.shape().equals(result)
        || addend.shape().equals(Shape.of(result.dim(0), 1, 1, result.dim(3)));
  }

  private Node geglu(Node n) {
    Node producer = done.get(n.input(0));
    if (rules.contains(Rule.GEGLU)
        && uses[n.input(0).id()] == 1
        && producer.op() instanceof Op.Linear l
        && !l.addend()
        && free(l.act())) {
      return out.add(producer.name(), new Op.GegluLinear(l.bias()), producer.inputs());
    }
    return out.add(n.name(), n.op(), producer);
  }

  private static boolean free(Activation a) {
    return a == Activation.NONE;
  }

  private List<Node> rewritten(List<Node> nodes) {
    return nodes.stream().map(done::get).toList();
  }

  @Override
  public String toString() {
    return "fusion of " + graph.name() + " by " + rules;
  }
}
