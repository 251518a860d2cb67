package dev.tandem.devices.reference;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.Tag;
import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Random graphs in which convolutions, linear layers, norms, activations, sums and views follow
 * each other in any order, so that every pattern that fusion knows, and every near miss, occurs.
 */
final class RandomGraphs {
  private static final int CHANNELS = 8;
  private static final List<Activation> ACTIVATIONS = List.of(Activation.values());

  private final Random r;
  private final GraphBuilder b;
  private final List<Node> nodes = new ArrayList<>();

  private RandomGraphs(long seed) {
    this.r = new Random(seed);
    this.b = new GraphBuilder("random graph " + seed);
  }

  static OpCase of(long seed) {
    RandomGraphs g = new RandomGraphs(seed);
    g.nodes.add(g.input(2, 3, 4, CHANNELS));
    int count = 2 + g.r.nextInt(12);
    for (int i = 0; i < count; i++) {
      g.nodes.add(g.step("n" + i));
    }
    if (g.r.nextInt(3) == 0) { // something else that must be kept
      g.b.output("also", g.any());
    }
    g.b.output("y", g.nodes.getLast());
    return new OpCase(
        "random graph " + seed,
        Tag.CORRECTNESS,
        g.b.build(),
        Map.of(),
        DType.F32,
        Map.of(Precision.F32, 5e-5),
        0);
  }

  private Node input(int... dims) {
    return b.input("in" + nodes.size(), Shape.of(dims), DType.F32);
  }

  /** The latest node more often than another: chains are what fusion looks for. */
  private Node any() {
    return r.nextInt(3) > 0 ? nodes.getLast() : nodes.get(r.nextInt(nodes.size()));
  }

  private Node step(String name) {
    Node x = any();
    Activation act = ACTIVATIONS.get(r.nextInt(ACTIVATIONS.size()));
    return switch (r.nextInt(12)) {
      case 0, 1 -> b.conv2d(name, x, CHANNELS, 3, 1, Op.Padding.same(1), r.nextBoolean());
      case 2, 3 -> b.linear(name, x, CHANNELS, r.nextBoolean());
      case 4 -> b.groupNorm(name, x, 2, 1e-5f);
      case 5, 6 -> b.activate(name, x, act);
      case 7, 8 -> b.add(name, x, any());
      // Inputs that stand behind other nodes.
      case 9 ->
          b.add(name, x, r.nextBoolean() ? input(2, 1, 1, CHANNELS) : input(2, 3, 4, CHANNELS));
      case 10 -> {
        Node wide = b.linear(name, x, 2 * CHANNELS, r.nextBoolean());
        Node sum = r.nextBoolean() ? wide : b.add(name + "s", wide, b.concat(name + "c", x, x, 3));
        yield b.geglu(name + "g", sum);
      }
      default -> {
        Node tokens = b.reshape(name + "t", x, 2, 12, CHANNELS);
        Node h = b.linear(name, b.layerNorm(name + "n", tokens, 1e-5f), CHANNELS, true);
        Node sum = r.nextBoolean() ? b.add(name + "s", h, tokens) : h;
        yield b.reshape(name + "r", sum, 2, 3, 4, CHANNELS);
      }
    };
  }
}
