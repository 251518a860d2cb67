package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.WeightException;
import dev.tandem.devices.Weights;
import dev.tandem.graph.DType;
import dev.tandem.graph.Node;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A weight as its file has it, in the type that the graph says.
 *
 * @param aligned whether kernels read it in whole elements, not byte by byte
 */
record RawWeight(Node weight, boolean aligned) implements Contents {

  @Override
  public void write(Weights weights, MemorySegment to) {
    Tensor t = weights.get(weight);
    if (t.type() == weight.type()) {
      MemorySegment.copy(t.data(), 0, to, 0, t.data().byteSize());
    } else if (weight.type() == DType.F32) {
      WeightLayout.PLAIN.lay(WeightLayout.Source.of(t), new WeightLayout.Target(to, false));
    } else {
      throw new WeightException(
          "weight '"
              + weight.name()
              + "' has type "
              + t.type()
              + ", but the graph says that it is stored as "
              + weight.type());
    }
    MappedPages.drop(t);
  }

  @Override
  public Optional<Tensor> inPlace(Weights weights) {
    return Optional.of(weights.get(weight))
        .filter(t -> t.type() == weight.type() && t.data().isNative())
        .filter(t -> !aligned || t.data().address() % weight.type().bytes() == 0);
  }
}
