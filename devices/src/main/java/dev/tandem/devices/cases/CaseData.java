package dev.tandem.devices.cases;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.WeightException;
import dev.tandem.devices.Weights;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Inputs and weights of a case, drawn anew and alike at every construction. By default inputs have
 * mean 0 and variance 1, weights keep that variance (1 / fan-in), scales of norms are about 1 and
 * biases about 0.
 */
public final class CaseData implements Weights {
  private static final double UNIT = Math.sqrt(3); // spread of a uniform variable of variance 1
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final OpCase source;
  private final Map<String, Tensor> tensors = new TreeMap<>();

  /** Draws all values into memory of {@code arena}. */
  public CaseData(OpCase source, Arena arena) {
    this.source = source;
    for (Node n : source.graph().nodes()) {
      if (n.isInput()) {
        tensors.put(n.name(), draw(arena, n, n.type(), Fill.uniform(0, UNIT)));
      } else if (n.isWeight()) {
        tensors.put(n.name(), draw(arena, n, source.weightType(), weightFill(source.graph(), n)));
      }
    }
  }

  /** The tensor of an input. */
  public Tensor input(Node n) {
    return tensors.get(n.name());
  }

  @Override
  public Tensor get(String name) {
    Tensor t = tensors.get(name);
    if (t == null) {
      throw new WeightException("case '" + source.name() + "' has no weight '" + name + "'");
    }
    return t;
  }

  private static Fill weightFill(Graph graph, Node n) {
    if (n.shape().rank() == 1) {
      return Fill.uniform(isScale(graph, n) ? 1 : 0, 0.5);
    }
    return Fill.uniform(0, UNIT / Math.sqrt((double) n.shape().elements() / n.shape().dim(0)));
  }

  /** True if a norm multiplies by it. */
  private static boolean isScale(Graph graph, Node weight) {
    return graph.nodes().stream()
        .filter(n -> n.op() instanceof Op.GroupNorm || n.op() instanceof Op.LayerNorm)
        .anyMatch(n -> n.input(1).equals(weight));
  }

  private Tensor draw(Arena arena, Node n, DType type, Fill byDefault) {
    Fill fill = source.fills().getOrDefault(n.name(), byDefault);
    SplittableRandom random = new SplittableRandom((source.name() + '/' + n.name()).hashCode());
    Tensor t = Tensor.allocate(arena, n.shape(), type);
    for (long i = 0; i < t.elements(); i++) {
      double v = fill.at(random, i);
      switch (type) {
        case F32 -> t.setFloat(i, (float) v);
        case F16 -> t.data().set(I16, i * 2, Float.floatToFloat16((float) v));
        case BF16 -> t.data().set(I16, i * 2, (short) (Float.floatToIntBits((float) v) >>> 16));
        case I32 ->
            t.data().set(ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN), i * 4, (int) v);
        case I64 -> throw new IllegalArgumentException("no case has " + n.name() + " of I64");
      }
    }
    return t;
  }
}
