package dev.tandem.devices.cases;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.WeightException;
import dev.tandem.devices.Weights;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;
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
        DType type = n.type() == DType.F32 ? source.weightType() : n.type();
        tensors.put(n.name(), draw(arena, n, type, weightFill(source.graph(), n)));
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
    if (n.type() == DType.I8) {
      return (random, _) -> random.nextInt(-127, 128);
    }
    Optional<Node> quantised = graph.nodes().stream().filter(r -> isScale(r, n)).findFirst();
    if (quantised.isPresent()) {
      return Fill.uniform(scale(quantised.get()), 0.5 * scale(quantised.get()));
    }
    if (n.shape().rank() == 1) {
      return Fill.uniform(isScale(graph, n) ? 1 : 0, 0.5);
    }
    return Fill.uniform(0, UNIT / Math.sqrt((double) n.shape().elements() / n.shape().dim(0)));
  }

  /** True if whole numbers are scaled by the weight. */
  private static boolean isScale(Node reader, Node weight) {
    int operand = reader.inputs().indexOf(weight);
    return switch (reader.op()) {
      case Op.Quantize _, Op.Dequantize _ -> operand == 1;
      case Op.QuantizedConv2d _, Op.QuantizedLinear _ -> operand == 2;
      default -> false;
    };
  }

  /** A scale that keeps the variance of what is scaled at 1. */
  private static double scale(Node reader) {
    double deviation = 127 / UNIT;
    return switch (reader.op()) {
      case Op.Quantize _ -> deviation;
      case Op.Dequantize d ->
          (d.bits() == 8 ? 1 : 16)
              / deviation
              / Math.sqrt((double) d.shape().elements() / d.shape().dim(0));
      default -> {
        Shape w = reader.input(1).shape();
        yield 1 / (deviation * deviation * Math.sqrt((double) w.elements() / w.dim(0)));
      }
    };
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
        case I8 -> t.data().set(ValueLayout.JAVA_BYTE, i, (byte) v);
        case I32 ->
            t.data().set(ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN), i * 4, (int) v);
        case I64 -> throw new IllegalArgumentException("no case has " + n.name() + " of I64");
      }
    }
    return t;
  }
}
