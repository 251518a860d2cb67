package dev.tandem.stages.checkpoint;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.WeightException;
import dev.tandem.devices.Weights;
import dev.tandem.graph.DType;
import dev.tandem.graph.Node;
import java.util.Set;

/**
 * The weights of a part of a model: stored as they are, or as a difference from those of another.
 * May be read by several threads. Tensors are read-only and stay valid until {@link #close}; later
 * use of them throws {@link IllegalStateException}.
 */
public interface ModelWeights extends Weights, AutoCloseable {
  /** All names. */
  Set<String> names();

  boolean contains(String name);

  /** The file or files, as messages show them. */
  String source();

  /** As in {@link Weights}, with the file in every message. */
  @Override
  default Tensor get(Node weight) {
    if (weight.isWeight() && !contains(weight.name())) {
      return get(weight.name());
    }
    try {
      return Weights.super.get(weight);
    } catch (WeightException e) {
      throw new WeightException(source() + ": " + e.getMessage());
    }
  }

  @Override
  Tensor get(String name);

  /**
   * In which type a tensor is stored, from the headers alone.
   *
   * @throws WeightException if there is none of that name
   */
  default DType type(String name) {
    return get(name).type();
  }

  /**
   * Checks what {@link #get(Node)} checks, from the headers alone.
   *
   * @throws WeightException if the weight is missing or has another shape
   */
  default void require(Node weight) {
    get(weight);
  }

  @Override
  default boolean concurrent() {
    return true;
  }

  /** Lets all tensors go. */
  @Override
  void close();
}
