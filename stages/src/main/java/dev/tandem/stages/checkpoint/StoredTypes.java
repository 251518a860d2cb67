package dev.tandem.stages.checkpoint;

import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * In which types the weights of a part are stored, from the headers alone. A graph that says so
 * tells a device what it may leave as it is in memory, and everybody how large it is there.
 */
public record StoredTypes(Map<String, DType> types) {
  public StoredTypes {
    types = Map.copyOf(types);
  }

  /** Of all tensors of real numbers. */
  public static StoredTypes of(ModelWeights weights) {
    Map<String, DType> types = new LinkedHashMap<>();
    for (String name : weights.names()) {
      DType type = weights.type(name);
      if (type.isFloat()) {
        types.put(name, type);
      }
    }
    return new StoredTypes(types);
  }

  /**
   * The graph with the types of its weights; those that are not stored under their name keep
   * theirs.
   */
  public Graph apply(Graph graph) {
    GraphBuilder out = new GraphBuilder(graph.kind(), graph.name());
    Map<Node, Node> done = new HashMap<>();
    for (Node n : graph.nodes()) {
      Node made =
          n.op() instanceof Op.Weight w
              ? out.weight(n.name(), new Op.Weight(w.shape(), type(n.name(), w)))
              : out.add(n.name(), n.op(), n.inputs().stream().map(done::get).toList());
      done.put(n, made);
    }
    graph.outputs().forEach((name, n) -> out.output(name, done.get(n)));
    return out.build();
  }

  private DType type(String name, Op.Weight w) {
    return w.type().isFloat() ? types.getOrDefault(name, w.type()) : w.type();
  }
}
