package dev.tandem.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random graphs with views, several outputs, long-lived values and inputs that nobody reads. */
final class RandomGraphs {
  private RandomGraphs() {}

  static Graph of(long seed) {
    Random r = new Random(seed);
    GraphBuilder b = new GraphBuilder("random " + seed);
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i <= r.nextInt(3); i++) {
      Shape s = Shape.of(1, 1 + r.nextInt(5), 1 + r.nextInt(5), 1 + r.nextInt(9));
      nodes.add(b.input("in" + i, s, DType.F32));
    }
    int count = 1 + r.nextInt(25);
    for (int i = 0; i < count; i++) {
      nodes.add(step(b, "n" + i, nodes, r));
    }
    for (int i = 0; i <= r.nextInt(3); i++) {
      b.output("out" + i, nodes.get(r.nextInt(nodes.size())));
    }
    return b.output("last", nodes.getLast()).build();
  }

  private static Node step(GraphBuilder b, String name, List<Node> nodes, Random r) {
    Node x = nodes.get(r.nextInt(nodes.size()));
    Shape s = x.shape();
    List<Node> alike = nodes.stream().filter(n -> n.shape().equals(s)).toList();
    Node y = alike.get(r.nextInt(alike.size()));
    return switch (r.nextInt(8)) {
      case 0 -> b.add(name, x, y);
      case 1 -> b.reshape(name, x, 1, 1, s.dim(1) * s.dim(2), s.dim(3));
      case 2 -> b.reshape(name, x, 1, s.dim(3), s.dim(1), s.dim(2));
      case 3 -> b.linear(name, x, 1 + r.nextInt(9), r.nextBoolean());
      case 4 -> s.elements() < 1000 ? b.concat(name, x, y, 3) : b.scale(name, x, 1, 1);
      case 5 -> b.add(name, x, b.reshape(name + "w", b.weight(name, s.dim(3)), 1, 1, 1, s.dim(3)));
      case 6 -> b.add(name, x, b.input(name + "in", s, DType.F32)); // behind other nodes
      default -> b.activate(name, x, Activation.RELU);
    };
  }
}
