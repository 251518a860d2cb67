package dev.tandem.graph;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A computation in single-assignment form: nodes in topological order, named inputs and outputs,
 * weights by name. Immutable; made by {@link GraphBuilder}.
 *
 * @param kind which part of a model it is, in one word: {@code text}, {@code unet}, {@code vae};
 *     empty for others
 * @param name what it computes, for people, for example {@code unet [2, 16, 16, 8]}
 */
public record Graph(String kind, String name, List<Node> nodes, Map<String, Node> outputs) {
  public Graph {
    nodes = List.copyOf(nodes);
    outputs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    if (outputs.isEmpty()) {
      throw new GraphException("graph '" + name + "' has no outputs");
    }
  }

  /** The nodes a caller fills, in the order they were declared. */
  public List<Node> inputs() {
    return nodes.stream().filter(Node::isInput).toList();
  }

  public List<Node> weights() {
    return nodes.stream().filter(Node::isWeight).toList();
  }

  /** The input of that name; throws {@link GraphException} that lists the inputs there are. */
  public Node input(String inputName) {
    return inputs().stream()
        .filter(n -> n.name().equals(inputName))
        .findFirst()
        .orElseThrow(
            () ->
                new GraphException(
                    "graph '"
                        + name
                        + "' has no input '"
                        + inputName
                        + "', only "
                        + inputs().stream().map(Node::name).toList()));
  }

  /** The output of that name; throws {@link GraphException} that lists the outputs there are. */
  public Node output(String outputName) {
    Node n = outputs.get(outputName);
    if (n == null) {
      throw new GraphException(
          "graph '" + name + "' has no output '" + outputName + "', only " + outputs.keySet());
    }
    return n;
  }

  /** How often each node is read, by node id; being an output counts as one use. */
  public int[] useCounts() {
    int[] uses = new int[nodes.size()];
    for (Node n : nodes) {
      for (Node i : n.inputs()) {
        uses[i.id()]++;
      }
    }
    for (Node o : outputs.values()) {
      uses[o.id()]++;
    }
    return uses;
  }

  /** One line a node: what a person reads when a shape surprises. */
  @Override
  public String toString() {
    StringBuilder s = new StringBuilder("graph ").append(name).append('\n');
    for (Node n : nodes) {
      s.append("  ").append(n).append(" <- ");
      s.append(n.inputs().stream().map(i -> "%" + i.id()).toList()).append('\n');
    }
    return s.toString();
  }
}
