package dev.tandem.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds a {@link Graph} node by node; every call checks shapes at once.
 *
 * <p>A weight asked for twice under one name is one node. Names are checkpoint keys, so the caller
 * passes {@code "conv_in"} and gets {@code conv_in.weight} and {@code conv_in.bias}.
 */
public final class GraphBuilder {
  private final String kind;
  private final String name;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Node> weights = new LinkedHashMap<>();
  private final Map<String, Node> inputs = new LinkedHashMap<>();
  private final Map<String, Node> outputs = new LinkedHashMap<>();

  /** For a graph that is no part of a model. */
  public GraphBuilder(String name) {
    this("", name);
  }

  /**
   * For a part of a model.
   *
   * @param kind see {@link Graph#kind}
   * @param name for people
   */
  public GraphBuilder(String kind, String name) {
    this.kind = kind;
    this.name = name;
  }

  public Node input(String inputName, Shape shape, DType type) {
    Node n = add(inputName, new Op.Input(shape, type));
    if (inputs.put(inputName, n) != null) {
      throw new GraphException("graph '" + name + "' has two inputs named '" + inputName + "'");
    }
    return n;
  }

  /** A weight of real numbers. */
  public Node weight(String weightName, int... dims) {
    return weight(weightName, new Op.Weight(Shape.of(dims)));
  }

  /** A weight of some type. */
  public Node weight(String weightName, Op.Weight weight) {
    Node known = weights.get(weightName);
    if (known == null) {
      known = add(weightName, weight);
      weights.put(weightName, known);
    } else if (!known.op().equals(weight)) {
      throw new GraphException(
          "weight '" + weightName + "' is used as " + known.op() + " and as " + weight);
    }
    return known;
  }

  /** Convolution with weights {@code prefix.weight} and, if {@code bias}, {@code prefix.bias}. */
  public Node conv2d(
      String prefix, Node x, int out, int kernel, int stride, Op.Padding padding, boolean bias) {
    int in = channels(prefix, "conv2d", x, 4);
    Op op = new Op.Conv2d(stride, padding, bias, false, Activation.NONE);
    Node w = weight(prefix + ".weight", out, in, kernel, kernel);
    return bias ? add(prefix, op, x, w, weight(prefix + ".bias", out)) : add(prefix, op, x, w);
  }

  /** Linear layer with weights {@code prefix.weight} and, if {@code bias}, {@code prefix.bias}. */
  public Node linear(String prefix, Node x, int out, boolean bias) {
    Op op = new Op.Linear(bias, false, Activation.NONE);
    Node w = weight(prefix + ".weight", out, channels(prefix, "linear", x));
    return bias ? add(prefix, op, x, w, weight(prefix + ".bias", out)) : add(prefix, op, x, w);
  }

  public Node matMul(String nodeName, Node a, Node b, boolean transposeB, float scale) {
    return add(nodeName, new Op.MatMul(transposeB, scale), a, b);
  }

  /** Group norm with weights {@code prefix.weight} and {@code prefix.bias}. */
  public Node groupNorm(String prefix, Node x, int groups, float eps) {
    int c = channels(prefix, "groupnorm", x, 4);
    return add(
        prefix,
        new Op.GroupNorm(groups, eps, Activation.NONE),
        x,
        weight(prefix + ".weight", c),
        weight(prefix + ".bias", c));
  }

  /** Layer norm with weights {@code prefix.weight} and {@code prefix.bias}. */
  public Node layerNorm(String prefix, Node x, float eps) {
    int c = channels(prefix, "layernorm", x);
    return add(
        prefix,
        new Op.LayerNorm(eps),
        x,
        weight(prefix + ".weight", c),
        weight(prefix + ".bias", c));
  }

  public Node activate(String nodeName, Node x, Activation act) {
    return act == Activation.NONE ? x : add(nodeName, new Op.Activate(act), x);
  }

  public Node geglu(String nodeName, Node x) {
    return add(nodeName, new Op.Geglu(), x);
  }

  public Node attention(
      String nodeName, Node q, Node k, Node v, int heads, boolean causal, float scale) {
    return add(nodeName, new Op.Attention(heads, causal, scale), q, k, v);
  }

  public Node softmax(String nodeName, Node x, float scale) {
    return add(nodeName, new Op.Softmax(scale), x);
  }

  public Node upsample(String nodeName, Node x, int height, int width) {
    return add(nodeName, new Op.Upsample(height, width), x);
  }

  /** Joins along an axis; negative axes count from the end. */
  public Node concat(String nodeName, Node a, Node b, int axis) {
    return add(nodeName, new Op.Concat(axis < 0 ? axis + a.shape().rank() : axis), a, b);
  }

  public Node add(String nodeName, Node a, Node b) {
    return add(nodeName, new Op.Add(), a, b);
  }

  public Node scale(String nodeName, Node x, float factor, float offset) {
    return add(nodeName, new Op.Scale(factor, offset), x);
  }

  public Node embedding(String nodeName, Node ids, Node table) {
    return add(nodeName, new Op.Embedding(), ids, table);
  }

  public Node gatherRows(String nodeName, Node x, Node index) {
    return add(nodeName, new Op.GatherRows(), x, index);
  }

  public Node timestepEmbedding(
      String nodeName, Node timestep, int dim, boolean flipSinToCos, float freqShift) {
    return add(nodeName, new Op.TimestepEmbedding(dim, flipSinToCos, freqShift), timestep);
  }

  public Node reshape(String nodeName, Node x, int... dims) {
    Shape s = Shape.of(dims);
    return s.equals(x.shape()) ? x : add(nodeName, new Op.Reshape(s), x);
  }

  /** Declares a result; a graph may have several. */
  public GraphBuilder output(String outputName, Node n) {
    own(n);
    if (outputs.put(outputName, n) != null) {
      throw new GraphException("graph '" + name + "' has two outputs named '" + outputName + "'");
    }
    return this;
  }

  /** Any operation: used by passes and by tests. */
  public Node add(String nodeName, Op op, Node... operands) {
    return add(nodeName, op, List.of(operands));
  }

  /** Any operation: used by passes and by tests. */
  public Node add(String nodeName, Op op, List<Node> operands) {
    operands.forEach(this::own);
    Shape shape = op.infer(nodeName, operands);
    Node n = new Node(nodes.size(), nodeName, op, operands, shape, op.resultType(operands));
    nodes.add(n);
    return n;
  }

  /** The graph, without nodes that no output needs (inputs stay: they are the contract). */
  public Graph build() {
    boolean[] needed = new boolean[nodes.size()];
    outputs.values().forEach(o -> needed[o.id()] = true);
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (needed[i]) {
        nodes.get(i).inputs().forEach(n -> needed[n.id()] = true);
      }
    }
    List<Node> kept = new ArrayList<>();
    Map<Node, Node> renumbered = new LinkedHashMap<>();
    for (Node n : nodes) {
      if (needed[n.id()] || n.isInput()) {
        List<Node> in = n.inputs().stream().map(renumbered::get).toList();
        Node copy = new Node(kept.size(), n.name(), n.op(), in, n.shape(), n.type());
        kept.add(copy);
        renumbered.put(n, copy);
      }
    }
    Map<String, Node> out = new LinkedHashMap<>();
    outputs.forEach((k, v) -> out.put(k, renumbered.get(v)));
    return new Graph(kind, name, kept, out);
  }

  /** Refuses a node of another builder: its position would mean another node here. */
  private void own(Node n) {
    if (n.id() >= nodes.size() || !nodes.get(n.id()).equals(n)) {
      throw new GraphException("graph '" + name + "' did not make node " + n);
    }
  }

  private static int channels(String prefix, String kind, Node x, int rank) {
    if (x.shape().rank() != rank) {
      throw new GraphException(
          kind + " '" + prefix + "': input " + x.shape() + " must have " + rank + " axes");
    }
    return x.shape().dim(-1);
  }

  private static int channels(String prefix, String kind, Node x) {
    if (x.shape().rank() == 0) {
      throw new GraphException(kind + " '" + prefix + "': input " + x.shape() + " is a scalar");
    }
    return x.shape().dim(-1);
  }
}
