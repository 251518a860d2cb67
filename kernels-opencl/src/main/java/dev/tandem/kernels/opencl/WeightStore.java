package dev.tandem.kernels.opencl;

import dev.tandem.devices.CompileThreads;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Node;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jocl.cl_mem;

/**
 * The weights of one executable on the device, each in the layout that its kernels read and in no
 * other. Where the checkpoint may be read by several threads, weights are laid while the next ones
 * are asked for. Where memory is only counted no weight is read, and a layout is known by its size
 * alone.
 */
final class WeightStore {
  /** Where weights come from, and who lays them. */
  private record Origin(Weights weights, CompileThreads threads) {}

  private final CompiledMemory memory;
  private final Optional<Origin> source;
  private final boolean half;
  private final Map<String, Supplier<cl_mem>> uploaded = new HashMap<>();

  private WeightStore(CompiledMemory memory, Optional<Origin> source, boolean half) {
    this.memory = memory;
    this.source = source;
    this.half = half;
  }

  static WeightStore of(
      CompiledMemory memory, Weights source, boolean half, CompileThreads threads) {
    return new WeightStore(memory, Optional.of(new Origin(source, threads)), half);
  }

  /** Sizes only. */
  static WeightStore shapes(CompiledMemory counted, boolean half) {
    return new WeightStore(counted, Optional.empty(), half);
  }

  /** A weight as the checkpoint lays it, in the storage type of activations. */
  Ref plain(Node weight) {
    return stored(weight, "plain", elements(weight), WeightLayout.PLAIN, half);
  }

  /** A weight as the checkpoint lays it, in 32-bit floats. */
  Ref floats(Node weight) {
    return stored(weight, "floats", elements(weight), WeightLayout.PLAIN, false);
  }

  /** A convolution or linear weight {@code [rows, depth, taps...]} in panels. */
  Ref panels(Node weight, Panels p) {
    int rows = weight.shape().dim(0);
    int depth = weight.shape().dim(1);
    int taps = Math.toIntExact(weight.shape().elements() / rows / depth);
    long size = (long) p.count(rows) * taps * depth * p.width();
    return stored(weight, "w" + p, size, p.packed(rows, depth, taps), half);
  }

  /**
   * A weight in an order of its own, in 32-bit floats or in the storage type.
   *
   * @param elements how many the layout writes
   */
  Ref relaid(Node weight, String name, long elements, WeightLayout layout, boolean floats) {
    return stored(weight, name, elements, layout, half && !floats);
  }

  /** A bias in the column order of panels, in 32-bit floats. */
  Ref bias(Node weight, Panels p) {
    int rows = Math.toIntExact(elements(weight));
    return stored(weight, "b" + p, (long) p.count(rows) * p.width(), p.packedBias(rows), false);
  }

  /** Constants that belong to no checkpoint, in 32-bit floats. */
  Ref constants(String name, float[] values) {
    return new Ref(
        uploaded.computeIfAbsent(
            name,
            k -> {
              cl_mem made =
                  memory.weight(
                      name,
                      4L * values.length,
                      arena -> arena.allocateFrom(ValueLayout.JAVA_FLOAT, values));
              return () -> made;
            }),
        0);
  }

  private static long elements(Node weight) {
    return weight.shape().elements();
  }

  private Ref stored(Node weight, String name, long elements, WeightLayout layout, boolean asHalf) {
    String key = name + " " + weight.name();
    Supplier<cl_mem> known = uploaded.get(key);
    if (known == null) {
      known = upload(weight, elements, layout, asHalf);
      uploaded.put(key, known);
    }
    return new Ref(known, 0);
  }

  private Supplier<cl_mem> upload(Node weight, long elements, WeightLayout layout, boolean asHalf) {
    long bytes = elements * (asHalf ? 2 : 4);
    String purpose = "weight '" + weight.name() + "'";
    if (source.isEmpty()) {
      cl_mem counted = memory.weight(purpose, bytes, arena -> MemorySegment.NULL);
      return () -> counted;
    }
    Weights weights = source.get().weights();
    Supplier<cl_mem> laid =
        () -> {
          Tensor t = weights.get(weight);
          return memory.weight(
              purpose,
              bytes,
              arena -> {
                MemorySegment host = arena.allocate(bytes, 64);
                layout.lay(WeightLayout.Source.of(t), new WeightLayout.Target(host, asHalf));
                return host;
              });
        };
    if (weights.concurrent()) {
      return source.get().threads().begin(laid);
    }
    cl_mem made = laid.get();
    return () -> made;
  }
}
