package dev.tandem.stages.quantize;

import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The values of a U-Net that are rounded where its products are of whole numbers.
 *
 * @param inputs in the order of the network
 */
public record Taps(List<Input> inputs) {
  private static final String OUTPUT = "read by ";

  public Taps {
    inputs = List.copyOf(inputs);
  }

  /**
   * A value that products read.
   *
   * @param products that read it, in the order of the network
   * @param ends of the stretches of channels that have a scale each: what a skip connection joins
   *     are two; the last is the number of channels
   */
  public record Input(List<String> products, List<Integer> ends) {
    public Input {
      products = List.copyOf(products);
      ends = List.copyOf(ends);
    }

    /** The first product that reads it: also what it is called. */
    public String name() {
      return products.getFirst();
    }

    /** The output of {@link Taps#graph} that has it. */
    public String output() {
      return OUTPUT + name();
    }

    public int channels() {
      return ends.getLast();
    }
  }

  /** Of a graph before it is quantised. */
  public static Taps of(Graph graph) {
    Map<Node, List<String>> readers = new LinkedHashMap<>();
    for (Node n : graph.nodes()) {
      if (Treatment.of(n, Form.w8a8()) == Treatment.WHOLE) {
        readers.computeIfAbsent(n.input(0), _ -> new ArrayList<>()).add(n.name());
      }
    }
    return new Taps(
        readers.entrySet().stream().map(e -> new Input(e.getValue(), ends(e.getKey()))).toList());
  }

  /** The same graph with the values as further outputs, under {@link Input#output}. */
  public static Graph graph(Graph graph) {
    Map<String, Node> outputs = new LinkedHashMap<>(graph.outputs());
    Map<String, Node> nodes = new LinkedHashMap<>();
    graph.nodes().forEach(n -> nodes.put(n.name(), n));
    for (Input in : of(graph).inputs) {
      outputs.put(in.output(), nodes.get(in.name()).input(0));
    }
    return new Graph(graph.kind(), graph.name(), graph.nodes(), outputs);
  }

  private static List<Integer> ends(Node x) {
    TreeSet<Integer> ends = new TreeSet<>();
    collect(x, 0, ends);
    return List.copyOf(ends);
  }

  /**
   * Through what computes each channel for itself, or nearly so, up to where channels are joined.
   */
  private static void collect(Node x, int from, TreeSet<Integer> ends) {
    switch (x.op()) {
      case Op.Concat c when c.axis() == x.shape().rank() - 1 -> {
        collect(x.input(0), from, ends);
        collect(x.input(1), from + x.input(0).shape().dim(-1), ends);
      }
      case Op.Activate _, Op.GroupNorm _, Op.Scale _, Op.Upsample _ ->
          collect(x.input(0), from, ends);
      default -> ends.add(from + x.shape().dim(-1));
    }
  }
}
