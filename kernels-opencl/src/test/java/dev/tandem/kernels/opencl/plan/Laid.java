package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.Tensor;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** What a {@link WeightLayout} makes of a weight; NaN where it writes nothing. */
final class Laid {
  private Laid() {}

  static float[] of(WeightLayout layout, int elements, float... weight) {
    try (Arena arena = Arena.ofConfined()) {
      float[] nothing = new float[elements];
      Arrays.fill(nothing, Float.NaN);
      MemorySegment to = arena.allocateFrom(ValueLayout.JAVA_FLOAT, nothing);
      Tensor from = Tensor.of(arena, Shape.of(weight.length), weight);
      layout.lay(WeightLayout.Source.of(from), new WeightLayout.Target(to, false));
      return to.toArray(ValueLayout.JAVA_FLOAT);
    }
  }
}
