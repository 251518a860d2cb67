package dev.tandem.lab;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.WeightException;
import dev.tandem.devices.Weights;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Weights of a network that was never trained, to measure its time: of about the size that keeps
 * values finite and away from numbers so small that they are slow.
 */
final class RandomWeights implements Weights, AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final Map<String, Tensor> tensors = new HashMap<>();

  /** For all weights of a graph. */
  RandomWeights(Graph graph) {
    SplittableRandom random = new SplittableRandom(graph.weights().size());
    for (Node w : graph.weights()) {
      tensors.put(w.name(), fill(w, random));
    }
  }

  /** Vectors (biases, norms) around 1, matrices so that a sum over their rows is about 1. */
  private Tensor fill(Node weight, SplittableRandom random) {
    int rows = weight.shape().dim(0);
    boolean vector = weight.shape().elements() == rows;
    double spread = vector ? 0.1 : Math.sqrt(3.0 * rows / weight.shape().elements());
    float[] values = new float[Math.toIntExact(weight.shape().elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((vector ? 1 : 0) + spread * (2 * random.nextDouble() - 1));
    }
    return Tensor.allocate(arena, weight.shape(), DType.F32).set(values);
  }

  @Override
  public Tensor get(String name) {
    Tensor t = tensors.get(name);
    if (t == null) {
      throw new WeightException("there is no weight '" + name + "'");
    }
    return t;
  }

  @Override
  public boolean concurrent() {
    return true;
  }

  @Override
  public void close() {
    arena.close();
  }
}
