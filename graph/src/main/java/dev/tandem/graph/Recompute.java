package dev.tandem.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rewrites a U-Net so that some of its skip connections need not be kept: gradient checkpointing
 * (Chen et al. 2016, "Training deep nets with sublinear memory cost") turned to inference. A value
 * that lies waiting for a {@link Op.Concat} is computed a second time when that reads it, from what
 * is still there, with the same operations and so the same bits; but only where that takes little.
 *
 * <pre>
 *   x -> s0 -> s1 -> s2 -> ... -> concat(., s2) -> concat(., s1) -> concat(., s0)
 *   x -> s0' -----------------------------------------------------> concat(., s0')
 * </pre>
 */
public final class Recompute {
  /** With so many percent every skip is computed again. */
  public static final int ALL = 100;

  private final Graph graph;
  private final Set<Node> dropped = new HashSet<>();
  private final int[] lastUse;
  private final GraphBuilder out;
  private final Map<Node, Node> made = new HashMap<>();
  private final Map<Node, Node> again = new HashMap<>();

  private Recompute(Graph graph, int percent) {
    this.graph = graph;
    out = new GraphBuilder(graph.kind(), graph.name());
    lastUse = new int[graph.nodes().size()];
    Map<Node, Integer> joined = new HashMap<>();
    for (Node n : graph.nodes()) {
      n.inputs().forEach(i -> lastUse[MemoryPlan.storage(i).id()] = n.id());
      if (n.op() instanceof Op.Concat) {
        joined.putIfAbsent(MemoryPlan.storage(n.input(1)), n.id());
      }
    }
    graph.outputs().values().forEach(o -> lastUse[MemoryPlan.storage(o).id()] = lastUse.length);
    long most = Cost.of(graph).flops() / 100 * percent;
    for (Node skip : skips(graph)) {
      dropped.add(skip);
      Set<Node> chain = new HashSet<>();
      collect(skip, joined.get(skip), chain);
      if (chain.stream().mapToLong(n -> Cost.of(n).flops()).sum() > most) {
        dropped.remove(skip);
      }
    }
  }

  /**
   * The graph with fewer values kept.
   *
   * @param percent of the graph's operations that computing one skip again may take; 0 keeps all
   */
  public static Graph apply(Graph graph, int percent) {
    if (percent < 0 || percent > ALL) {
      throw new GraphException("0 to 100 percent can be computed again, not " + percent);
    }
    return percent == 0 ? graph : new Recompute(graph, percent).rewritten();
  }

  /**
   * Values that lie waiting: each is the second part of a concatenation, and something else reads
   * it before. In the order in which they are computed.
   */
  public static List<Node> skips(Graph graph) {
    Set<Node> read = new HashSet<>();
    Set<Node> found = new HashSet<>();
    for (Node n : graph.nodes()) {
      if (n.op() instanceof Op.Concat) {
        Node second = MemoryPlan.storage(n.input(1));
        if (second.isComputed() && read.contains(second)) {
          found.add(second);
        }
      }
      n.inputs().forEach(i -> read.add(MemoryPlan.storage(i)));
    }
    return graph.nodes().stream().filter(found::contains).toList();
  }

  /** Whether a value is still there when node {@code at} is computed. */
  private boolean isThere(Node n, int at) {
    Node root = MemoryPlan.storage(n);
    return !root.isComputed() || (!dropped.contains(root) && lastUse[root.id()] >= at);
  }

  /** What must be computed to have a value when node {@code at} is. */
  private void collect(Node n, int at, Set<Node> chain) {
    if (!isThere(n, at) && chain.add(n)) {
      n.inputs().forEach(i -> collect(i, at, chain));
    }
  }

  private Graph rewritten() {
    for (Node n : graph.nodes()) {
      List<Node> inputs = new ArrayList<>();
      for (int i = 0; i < n.inputs().size(); i++) {
        Node in = n.input(i);
        boolean waiting =
            n.op() instanceof Op.Concat && i == 1 && dropped.contains(MemoryPlan.storage(in));
        inputs.add(waiting ? again(in, n.id()) : made.get(in));
      }
      made.put(n, out.add(n.name(), n.op(), inputs));
    }
    graph.outputs().forEach((name, n) -> out.output(name, made.get(n)));
    return out.build();
  }

  /**
   * A value computed once more for node {@code at}. In the order of the first time, for {@link
   * Fusion} goes by it.
   */
  private Node again(Node wanted, int at) {
    Set<Node> chain = new HashSet<>();
    collect(wanted, at, chain);
    chain.stream()
        .filter(n -> !again.containsKey(n))
        .sorted(Comparator.comparingInt(Node::id))
        .forEach(
            n -> {
              List<Node> inputs =
                  n.inputs().stream().map(i -> again.getOrDefault(i, made.get(i))).toList();
              again.put(n, out.add(n.name(), n.op(), inputs));
            });
    return again.getOrDefault(wanted, made.get(wanted));
  }

  @Override
  public String toString() {
    return "recomputation of " + dropped.size() + " skips of " + graph.name();
  }
}
