package dev.tandem.devices.cases;

import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** One operation of a model as a case of its own. */
public final class NodeCase {
  private NodeCase() {}

  /**
   * A graph of this operation alone, with drawn inputs and weights. Two operations of equal kind,
   * attributes and shapes have equal names.
   *
   * @throws IllegalArgumentException if there is nothing to compute
   */
  public static OpCase of(Node n) {
    if (!n.isComputed()) {
      throw new IllegalArgumentException(n + " is not computed");
    }
    String name = name(n);
    GraphBuilder b = new GraphBuilder(name);
    Map<Node, Node> made = new HashMap<>();
    List<Node> operands = new ArrayList<>();
    for (Node i : n.inputs()) {
      operands.add(made.computeIfAbsent(i, x -> operand(b, x, made.size())));
    }
    Node y = b.add("op", n.op(), operands);
    Graph g = b.output("y", y.type() == DType.I8 ? weighted(b, y) : y).build();
    Map<String, Fill> fills = new HashMap<>();
    switch (n.op()) {
      case Op.Embedding _ -> fills.put("x0", Fill.below(n.input(1).shape().dim(0)));
      case Op.GatherRows _ -> fills.put("x1", Fill.below(n.input(0).shape().dim(1)));
      default -> {}
    }
    Tolerance t = tolerance(n.op());
    return new OpCase(name, Tag.CORRECTNESS, g, fills, DType.F32, t.both(), t.halfArithmetic());
  }

  /** Sums of whole numbers, real ones: what a case can compare. */
  private static Node weighted(GraphBuilder b, Node y) {
    Node w = b.weight("sum", new Op.Weight(Shape.of(1, y.shape().dim(-1)), DType.I8));
    Op sum = new Op.QuantizedLinear(false, false, Activation.NONE);
    return b.add("sum", sum, y, w, b.weight("scale", 1));
  }

  private static Node operand(GraphBuilder b, Node n, int index) {
    if (n.op() instanceof Op.Weight w) {
      return b.weight("w" + index, w);
    }
    if (n.op() instanceof Op.Dequantize d) {
      Node numbers = b.weight("w" + index, (Op.Weight) n.input(0).op());
      return b.add("d" + index, d, numbers, b.weight("s" + index, (Op.Weight) n.input(1).op()));
    }
    if (n.type() == DType.I8) {
      Node x = b.input("x" + index, n.shape(), DType.F32);
      return b.add("q" + index, new Op.Quantize(), x, b.weight("i" + index, 1));
    }
    return b.input("x" + index, n.shape(), n.type());
  }

  private static String name(Node n) {
    String inputs =
        n.inputs().stream()
            .map(
                i ->
                    (i.isConstant() ? "w" : "")
                        + i.shape()
                        + (i.type() == DType.F32 ? "" : i.type()))
            .collect(Collectors.joining(" "));
    String attributes = n.op().toString();
    return n.op().kind() + " " + inputs + attributes.substring(attributes.indexOf('['));
  }

  private static Tolerance tolerance(Op op) {
    return switch (op) {
      case Op.Conv2d _, Op.Linear _, Op.GegluLinear _, Op.MatMul _ -> Tolerance.PRODUCT;
      case Op.Quantize _, Op.QuantizedConv2d _, Op.QuantizedLinear _ -> Tolerance.QUANTIZED;
      case Op.Attention _ -> Tolerance.ATTENTION;
      case Op.GroupNorm _, Op.LayerNorm _, Op.Softmax _ -> Tolerance.NORM;
      case Op.TimestepEmbedding _ -> Tolerance.TIMESTEP;
      case Op.Activate _, Op.Geglu _, Op.Add _, Op.Scale _ -> Tolerance.ELEMENTWISE;
      case Op.Embedding _, Op.GatherRows _, Op.Upsample _, Op.Concat _ -> Tolerance.COPY;
      case Op.Input _, Op.Weight _, Op.Dequantize _, Op.Reshape _ ->
          throw new IllegalArgumentException(op + " is not computed");
    };
  }
}
