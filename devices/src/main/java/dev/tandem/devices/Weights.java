package dev.tandem.devices;

import dev.tandem.graph.DType;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;

/**
 * Weights by name: usually a memory-mapped checkpoint. Tensors may be F32, F16 or BF16 and stay
 * valid until the source is closed. A device copies what it needs while it compiles, by several
 * threads at once where {@link #concurrent} says so; there it may also leave weights where they are
 * and read them in every run ({@link CompileOptions#weights}), so such a source is closed after all
 * that was compiled with it.
 */
@FunctionalInterface
public interface Weights {
  /**
   * The tensor of that name.
   *
   * @throws WeightException if there is none
   */
  Tensor get(String name);

  /**
   * The tensor for a constant node, with its shape checked; what is packed is unpacked into memory
   * that lives as long as the tensor.
   *
   * @throws WeightException if it is missing, not of the node's kind of numbers, or of another
   *     shape; the message names the weight and both shapes
   */
  default Tensor get(Node weight) {
    if (weight.op() instanceof Op.Dequantize d) {
      return Unpacking.of(d, get(weight.input(0)), get(weight.input(1)));
    }
    Tensor t = get(weight.name());
    if (weight.type() == DType.I8 ? t.type() != DType.I8 : !t.type().isFloat()) {
      throw new WeightException(
          "weight '"
              + weight.name()
              + "' has type "
              + t.type()
              + ", expected "
              + (weight.type() == DType.I8 ? "I8" : "F32, F16 or BF16"));
    }
    if (!t.shape().equals(weight.shape())) {
      throw new WeightException(
          "weight '"
              + weight.name()
              + "' has shape "
              + t.shape()
              + ", the model's config asks for "
              + weight.shape());
    }
    return t;
  }

  /** Whether several threads may ask for tensors, and read them, at once. */
  default boolean concurrent() {
    return false;
  }
}
