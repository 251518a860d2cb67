package dev.tandem.devices.reference;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The array of every value of a graph. A value that is not read any more gives its array to a later
 * one of the same size; inputs, outputs and weights keep theirs.
 */
final class Values {
  private final Weights weights;
  private final Precision precision;
  private final Map<Node, float[]> arrays = new HashMap<>();
  private final Map<Node, Tensor> inputs;
  private final Map<Node, Integer> lastUse = new HashMap<>();
  private final Map<Integer, Deque<float[]>> free = new HashMap<>();
  private long arenaBytes;
  private long weightBytes;
  private long scratchBytes;
  private long largest;

  Values(Graph graph, Weights weights, Precision precision, Map<Node, Tensor> inputs) {
    this.weights = weights;
    this.precision = precision;
    this.inputs = inputs;
    for (Node n : graph.nodes()) {
      n.inputs().forEach(i -> lastUse.put(MemoryPlan.storage(i), n.id()));
    }
    graph.outputs().values().forEach(o -> lastUse.put(MemoryPlan.storage(o), Integer.MAX_VALUE));
    graph.inputs().forEach(i -> lastUse.put(i, Integer.MAX_VALUE));
  }

  /** Gives a computed node or a real-valued input its array. */
  float[] allocate(Node n) {
    int size = size(n);
    Deque<float[]> spare = free.get(size);
    float[] a = spare == null ? null : spare.poll();
    if (a == null) {
      a = new float[size];
      arenaBytes += 4L * size;
      largest = Math.max(largest, 4L * size);
    }
    arrays.put(n, a);
    return a;
  }

  /** Frees the arrays that no node after {@code n} reads. */
  void release(Node n) {
    n.inputs().stream()
        .map(MemoryPlan::storage)
        .distinct()
        .filter(i -> !i.isConstant() && arrays.containsKey(i) && lastUse.get(i) == n.id())
        .forEach(i -> free.computeIfAbsent(size(i), _ -> new ArrayDeque<>()).push(arrays.get(i)));
  }

  /** Row-major elements of a value; the same array at every call. */
  float[] of(Node n) {
    Node root = MemoryPlan.storage(n);
    return root.isConstant() ? arrays.computeIfAbsent(root, this::load) : arrays.get(root);
  }

  /** An integer value: always an input, perhaps under another shape. */
  Tensor integers(Node n) {
    return inputs.get(MemoryPlan.storage(n));
  }

  /**
   * A weight as {@code columns} of a matrix {@code [in][out]}, re-laid once from rows {@code [out,
   * in]}.
   */
  float[][] transposed(Node reader, int operand, int out, int in) {
    float[] w = constant(reader, operand);
    float[][] t = new float[in][out];
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        t[i][o] = w[o * in + i];
      }
    }
    return t;
  }

  /** A weight in the checkpoint's layout, for a kernel that re-lays it: not kept. */
  float[] constant(Node reader, int operand) {
    Node root = MemoryPlan.storage(reader.input(operand));
    if (!root.isConstant()) {
      throw new DeviceException(
          "reference device: %s '%s' has a computed operand '%s' where it must be a weight"
              .formatted(reader.op().kind(), reader.name(), root.name()));
    }
    return load(root);
  }

  /** Scales of whole numbers, F32 in every precision: they are far smaller than what they scale. */
  float[] scales(Node reader, int operand) {
    float[] w = weights.get(reader.input(operand)).toFloats();
    count(w);
    return w;
  }

  /** Counts memory that a kernel needs beside its operands. */
  void addScratch(long floats) {
    scratchBytes += 4 * floats;
    largest = Math.max(largest, 4 * floats);
  }

  /** Counts the caller's tensors, which live beside the arrays. */
  void addCallerTensor(Node n) {
    arenaBytes += n.bytes();
    largest = Math.max(largest, n.bytes());
  }

  MemoryUse use() {
    return new MemoryUse(arenaBytes, weightBytes, scratchBytes, largest);
  }

  private float[] load(Node weight) {
    float[] w = weights.get(weight).toFloats();
    count(w);
    if (precision == Precision.F16) {
      Rounding.toF16(w);
    }
    return w;
  }

  private void count(float[] weight) {
    weightBytes += 4L * weight.length;
    largest = Math.max(largest, 4L * weight.length);
  }

  private static int size(Node n) {
    if (n.shape().elements() > Integer.MAX_VALUE - 8) {
      throw new DeviceException(
          "reference device: value '" + n.name() + "' " + n.shape() + " exceeds a Java array");
    }
    return (int) n.shape().elements();
  }
}
