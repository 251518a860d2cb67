package dev.tandem.devices.reference;

import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What {@link Values} and the kernels would allocate for a graph, counted without doing it. */
final class Estimate {
  private final Graph graph;
  private final int workers;
  private final Map<Long, Integer> free = new HashMap<>();
  private final Set<Node> plainWeights = new HashSet<>();
  private long arena;
  private long weights;
  private long scratch;
  private long largest;

  private Estimate(Graph graph, int workers) {
    this.graph = graph;
    this.workers = workers;
  }

  static MemoryUse of(Graph graph, int workers) {
    Estimate e = new Estimate(graph, workers);
    e.activations();
    graph.nodes().stream().filter(Node::isComputed).forEach(e::operands);
    return new MemoryUse(e.arena, e.weights, e.scratch, e.largest);
  }

  private void activations() {
    Map<Node, Integer> lastUse = new HashMap<>();
    for (Node n : graph.nodes()) {
      n.inputs().forEach(i -> lastUse.put(MemoryPlan.storage(i), n.id()));
    }
    graph.outputs().values().forEach(o -> lastUse.put(MemoryPlan.storage(o), Integer.MAX_VALUE));
    for (Node in : graph.inputs()) {
      lastUse.put(in, Integer.MAX_VALUE);
      arena += counted(in.bytes());
      if (in.type().isFloat()) {
        arena += counted(floats(in));
      }
    }
    for (Node n : graph.nodes()) {
      if (n.isComputed()) {
        take(floats(n));
        n.inputs().stream()
            .map(MemoryPlan::storage)
            .distinct()
            .filter(i -> i.isComputed() && lastUse.get(i) == n.id())
            .forEach(i -> free.merge(floats(i), 1, Integer::sum));
      }
    }
    for (Node out : graph.outputs().values()) {
      Node root = MemoryPlan.storage(out);
      arena += root.isInput() ? 0 : counted(out.bytes());
      if (root.isConstant()) {
        plain(root);
      }
    }
  }

  private void take(long bytes) {
    if (free.getOrDefault(bytes, 0) > 0) {
      free.merge(bytes, -1, Integer::sum);
    } else {
      arena += counted(bytes);
    }
  }

  /** Weights that a node reads, and what its kernel needs beside its operands. */
  private void operands(Node n) {
    boolean relaid =
        n.op() instanceof Op.Conv2d
            || n.op() instanceof Op.Linear
            || n.op() instanceof Op.QuantizedConv2d
            || n.op() instanceof Op.QuantizedLinear
            || n.op() instanceof Op.GegluLinear;
    for (int i = 0; i < n.inputs().size(); i++) {
      Node root = MemoryPlan.storage(n.input(i));
      if (relaid && i == 1) {
        weights += counted(floats(root)); // a copy for every reader
      } else if (isScale(n, i)) {
        weights += counted(floats(root));
      } else if (root.isConstant()) {
        plain(root);
      }
    }
    scratch += counted(4 * scratch(n));
  }

  private static boolean isScale(Node n, int operand) {
    return switch (n.op()) {
      case Op.Quantize _ -> operand == 1;
      case Op.QuantizedConv2d _, Op.QuantizedLinear _ -> operand == 2;
      default -> false;
    };
  }

  private void plain(Node root) {
    if (plainWeights.add(root)) {
      weights += counted(floats(root));
    }
  }

  /** Elements that a kernel says it needs ({@link Values#addScratch}). */
  private long scratch(Node n) {
    long block = (long) workers * Rows.BLOCK;
    long width = n.shape().rank() == 0 ? 1 : n.shape().dim(-1);
    return switch (n.op()) {
      case Op.Conv2d _, Op.QuantizedConv2d _ -> {
        Node w = n.input(1);
        yield block * (w.shape().elements() / w.shape().dim(0) + width);
      }
      case Op.Linear _ -> block * width;
      case Op.QuantizedLinear _ -> block * (n.input(0).shape().dim(-1) + width);
      case Op.GegluLinear _ -> block * 2 * width;
      case Op.MatMul _ -> n.input(0).shape().dim(-1) * width + block * width;
      case Op.Attention a -> {
        long keys = n.input(1).shape().dim(1);
        long heads = (long) n.shape().dim(0) * a.heads();
        long size = width / a.heads();
        yield 2 * heads * keys * size + 2 * block * (keys + size);
      }
      default -> 0;
    };
  }

  private static long floats(Node n) {
    return 4 * n.shape().elements();
  }

  private long counted(long bytes) {
    largest = Math.max(largest, bytes);
    return bytes;
  }
}
