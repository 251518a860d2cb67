package dev.tandem.kernels.opencl;

import dev.tandem.devices.Weights;
import dev.tandem.graph.Node;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jocl.cl_mem;

/**
 * The weights of one executable on the device, each in the layout that its kernels read and in no
 * other. Where memory is only counted no weight is read, and a layout is known by its size alone.
 */
final class WeightStore {
  private final CompiledMemory memory;
  private final Optional<Weights> source;
  private final boolean half;
  private final Map<String, cl_mem> uploaded = new HashMap<>();

  private WeightStore(CompiledMemory memory, Optional<Weights> source, boolean half) {
    this.memory = memory;
    this.source = source;
    this.half = half;
  }

  static WeightStore of(CompiledMemory memory, Weights source, boolean half) {
    return new WeightStore(memory, Optional.of(source), half);
  }

  /** Sizes only. */
  static WeightStore shapes(CompiledMemory counted, boolean half) {
    return new WeightStore(counted, Optional.empty(), half);
  }

  /** A weight as the checkpoint lays it, in the storage type of activations. */
  Ref plain(Node weight) {
    return stored(weight, "plain", elements(weight), UnaryOperator.identity(), half);
  }

  /** A weight as the checkpoint lays it, in 32-bit floats. */
  Ref floats(Node weight) {
    return stored(weight, "floats", elements(weight), UnaryOperator.identity(), false);
  }

  /** A convolution or linear weight {@code [rows, depth, taps...]} in panels. */
  Ref panels(Node weight, Panels p) {
    int rows = weight.shape().dim(0);
    int depth = weight.shape().dim(1);
    int taps = Math.toIntExact(weight.shape().elements() / rows / depth);
    long size = (long) p.count(rows) * taps * depth * p.width();
    return stored(weight, "w" + p, size, w -> p.pack(w, rows, depth, taps), half);
  }

  /**
   * A weight re-laid by a function, in 32-bit floats or in the storage type.
   *
   * @param elements how many the function makes
   */
  Ref relaid(
      Node weight, String layout, long elements, UnaryOperator<float[]> how, boolean floats) {
    return stored(weight, layout, elements, how, half && !floats);
  }

  /** A bias in the column order of panels, in 32-bit floats. */
  Ref bias(Node weight, Panels p) {
    long size = (long) p.count(Math.toIntExact(elements(weight))) * p.width();
    return stored(weight, "b" + p, size, p::packBias, false);
  }

  /** Constants that belong to no checkpoint, in 32-bit floats. */
  Ref constants(String name, float[] values) {
    return new Ref(
        uploaded.computeIfAbsent(
            name, k -> memory.weight(name, 4L * values.length, arena -> lay(arena, values, false))),
        0);
  }

  private static long elements(Node weight) {
    return weight.shape().elements();
  }

  private Ref stored(
      Node weight, String layout, long elements, UnaryOperator<float[]> how, boolean asHalf) {
    String key = layout + " " + weight.name();
    cl_mem known = uploaded.get(key);
    if (known == null) {
      known = upload(weight, elements, how, asHalf);
      uploaded.put(key, known);
    }
    return new Ref(known, 0);
  }

  private cl_mem upload(Node weight, long elements, UnaryOperator<float[]> how, boolean asHalf) {
    int each = asHalf ? 2 : 4;
    String purpose = "weight '" + weight.name() + "'";
    if (source.isEmpty()) {
      return memory.weight(purpose, elements * each, arena -> MemorySegment.NULL);
    }
    float[] values = how.apply(source.get().get(weight).toFloats());
    if (elements != values.length) {
      throw new IllegalStateException(
          purpose + " was to have " + elements + " elements, but has " + values.length);
    }
    return memory.weight(purpose, (long) values.length * each, arena -> lay(arena, values, asHalf));
  }

  private static MemorySegment lay(Arena arena, float[] values, boolean asHalf) {
    MemorySegment host = arena.allocate((long) values.length * (asHalf ? 2 : 4), 64);
    if (asHalf) {
      for (int i = 0; i < values.length; i++) {
        host.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(values[i]));
      }
    } else {
      MemorySegment.copy(values, 0, host, ValueLayout.JAVA_FLOAT, 0, values.length);
    }
    return host;
  }
}
