package dev.tandem.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Loop-invariant code motion: a graph that runs many times while only some of its inputs change,
 * cut into what is computed once and what is computed each time. In a U-Net over the steps of one
 * picture, the keys and values of cross-attention depend on the text alone.
 *
 * <p>Run {@code once} when an unchanging input changes, copy every output of it to the input of the
 * same name of {@code each}, then run {@code each} as often as needed. Cut before {@link Fusion},
 * so that no operation is already half of a fused one.
 *
 * @param once from the unchanging inputs to the values that {@code each} reads
 * @param each from the changing inputs and those values to the graph's outputs
 */
public record LoopInvariant(Graph once, Graph each) {

  /**
   * Cuts a graph.
   *
   * @param changing names of the inputs that change from run to run
   * @return empty if everything depends on them
   * @throws GraphException if the graph has no such input, or no output depends on one
   */
  public static Optional<LoopInvariant> split(Graph g, Set<String> changing) {
    Set<Node> varying = dependents(g, changing);
    Set<Node> hoisted = new HashSet<>();
    for (Node n : g.nodes()) {
      boolean work = n.isComputed() || (n.isView() && hoisted.contains(n.input(0)));
      if (work && !varying.contains(n)) {
        hoisted.add(n);
      }
    }
    for (Map.Entry<String, Node> out : g.outputs().entrySet()) {
      if (!varying.contains(out.getValue())) {
        throw new GraphException(
            "output '"
                + out.getKey()
                + "' of graph '"
                + g.name()
                + "' depends on none of "
                + changing);
      }
    }
    if (hoisted.isEmpty()) {
      return Optional.empty();
    }
    Map<Node, String> boundary = new LinkedHashMap<>();
    Set<String> names = new HashSet<>(g.inputs().stream().map(Node::name).toList());
    for (Node n : varying) {
      for (Node in : n.inputs()) {
        if (hoisted.contains(in) && !boundary.containsKey(in)) {
          boundary.put(in, names.add(in.name()) ? in.name() : in.name() + "#" + in.id());
        }
      }
    }
    Map<String, Node> values = new LinkedHashMap<>();
    boundary.forEach((node, name) -> values.put(name, node));
    Graph once = part(g, g.name() + ", once", values, Map.of());
    return Optional.of(new LoopInvariant(once, part(g, g.name(), g.outputs(), boundary)));
  }

  /** Every node that the named inputs reach, themselves included, in the graph's order. */
  private static Set<Node> dependents(Graph g, Set<String> changing) {
    Set<Node> varying = new LinkedHashSet<>();
    changing.forEach(name -> varying.add(g.input(name)));
    for (Node n : g.nodes()) {
      if (n.inputs().stream().anyMatch(varying::contains)) {
        varying.add(n);
      }
    }
    return varying;
  }

  /** What some outputs need, in the graph's order; nodes of {@code asInputs} become inputs. */
  private static Graph part(
      Graph g, String name, Map<String, Node> outputs, Map<Node, String> asInputs) {
    Set<Node> needed = new HashSet<>(outputs.values());
    for (Node n : g.nodes().reversed()) {
      if (needed.contains(n) && !asInputs.containsKey(n)) {
        needed.addAll(n.inputs());
      }
    }
    GraphBuilder out = new GraphBuilder(name);
    Map<Node, Node> copies = new HashMap<>();
    for (Node n : g.nodes()) {
      if (needed.contains(n)) {
        copies.put(n, copy(out, n, asInputs, copies));
      }
    }
    outputs.forEach((key, n) -> out.output(key, copies.get(n)));
    return out.build();
  }

  private static Node copy(
      GraphBuilder out, Node n, Map<Node, String> asInputs, Map<Node, Node> copies) {
    if (asInputs.containsKey(n)) {
      return out.input(asInputs.get(n), n.shape(), n.type());
    }
    return switch (n.op()) {
      case Op.Input i -> out.input(n.name(), i.shape(), i.type());
      case Op.Weight w -> out.weight(n.name(), w.shape().toArray());
      default -> out.add(n.name(), n.op(), n.inputs().stream().map(copies::get).toList());
    };
  }
}
