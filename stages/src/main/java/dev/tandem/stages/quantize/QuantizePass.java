package dev.tandem.stages.quantize;

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

/**
 * Rewrites the products of a U-Net's graph, before fusion: weights become packed ones, or products
 * become products of whole numbers. Everything else, inputs and outputs among it, stays as it is,
 * so that any graph of the network can be rewritten, also one that begins in its middle. It knows
 * no numbers: {@link QuantizedWeights} or a file has them, under {@link QuantizedNames}.
 */
public final class QuantizePass {
  private final Form form;
  private final GraphBuilder out;
  private final Map<Node, Node> done = new HashMap<>();

  /** What products read, rounded: once for all that read it. */
  private final Map<Node, Node> rounded = new HashMap<>();

  private QuantizePass(Graph graph, Form form) {
    this.form = form;
    this.out = new GraphBuilder(graph.kind(), graph.name());
  }

  /** The graph in a form. */
  public static Graph apply(Graph graph, Form form) {
    QuantizePass pass = new QuantizePass(graph, form);
    for (Node n : graph.nodes()) {
      pass.done.put(n, pass.rewrite(n));
    }
    graph.outputs().forEach((name, n) -> pass.out.output(name, pass.done.get(n)));
    return pass.out.build();
  }

  /** The names of the products that a form changes, in the order of a graph. */
  public static List<String> products(Graph graph, Form form) {
    return graph.nodes().stream()
        .filter(n -> Treatment.of(n, form) != Treatment.REAL)
        .map(Node::name)
        .toList();
  }

  private Node rewrite(Node n) {
    return switch (Treatment.of(n, form)) {
      case REAL -> keep(n);
      case PACKED -> packed(n);
      case WHOLE -> whole(n);
    };
  }

  private Node keep(Node n) {
    return n.op() instanceof Op.Weight w
        ? out.weight(n.name(), w)
        : out.add(n.name(), n.op(), operands(n));
  }

  private Node packed(Node n) {
    List<Node> operands = new ArrayList<>(operands(n));
    Shape shape = n.input(1).shape();
    int rows = shape.dim(0);
    int row = Math.toIntExact(shape.elements() / rows);
    int group = form.groupOf(row);
    Shape numbers = form.bits() == 8 ? shape : Shape.of(rows, Math.ceilDiv(row, 2));
    operands.set(
        1,
        out.add(
            n.input(1).name(),
            new Op.Dequantize(shape, form.bits(), group),
            out.weight(QuantizedNames.numbers(n.name()), new Op.Weight(numbers, DType.I8)),
            out.weight(QuantizedNames.scale(n.name()), rows, Math.ceilDiv(row, group))));
    return out.add(n.name(), n.op(), operands);
  }

  private Node whole(Node n) {
    List<Node> operands = new ArrayList<>(operands(n));
    Shape shape = n.input(1).shape();
    Node x = operands.getFirst();
    operands.set(0, rounded.computeIfAbsent(x, _ -> round(n.name(), x)));
    operands.set(1, out.weight(QuantizedNames.numbers(n.name()), new Op.Weight(shape, DType.I8)));
    operands.add(2, out.weight(QuantizedNames.scale(n.name()), shape.dim(0)));
    Op op =
        switch (n.op()) {
          case Op.Conv2d c ->
              new Op.QuantizedConv2d(c.stride(), c.padding(), c.bias(), c.addend(), c.act());
          case Op.Linear l -> new Op.QuantizedLinear(l.bias(), l.addend(), l.act());
          default -> throw new IllegalStateException(n + " is no product");
        };
    return out.add(n.name(), op, operands);
  }

  private Node round(String product, Node x) {
    Node inverse = out.weight(QuantizedNames.inverse(product), x.shape().dim(-1));
    return out.add(product + ".rounded", new Op.Quantize(), x, inverse);
  }

  private List<Node> operands(Node n) {
    return n.inputs().stream().map(done::get).toList();
  }
}
