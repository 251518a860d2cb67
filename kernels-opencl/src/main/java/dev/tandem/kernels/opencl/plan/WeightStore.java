package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.Tensor;
import dev.tandem.graph.Node;
import dev.tandem.kernels.opencl.plan.PlannedBuffer.Kind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;

/**
 * The weights of one plan, each in the layout that its kernels read and in no other. No weight is
 * read before its buffer is filled.
 */
final class WeightStore {
  private final PlannedBuffers buffers;
  private final boolean half;
  private final Map<String, Ref> stored = new HashMap<>();

  WeightStore(PlannedBuffers buffers, boolean half) {
    this.buffers = buffers;
    this.half = half;
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

  /** Whole numbers of a weight {@code [rows, depth, taps...]} in panels, 8 bits each. */
  Ref panels(Node weight, Int8Panels p) {
    int rows = weight.shape().dim(0);
    int depth = weight.shape().dim(1);
    int taps = Math.toIntExact(weight.shape().elements() / rows / depth);
    Contents contents =
        (weights, to) -> {
          Tensor t = weights.get(weight);
          p.lay(t, rows, depth, taps, to);
          MappedPages.drop(t);
        };
    return stored(Kind.WEIGHT, weight, p.toString(), p.bytes(rows, depth, taps), contents);
  }

  /**
   * A weight as its file has it.
   *
   * @param kind {@link Kind#RESTING} or {@link Kind#STREAMED}
   * @param aligned whether kernels read it in whole elements
   */
  Ref raw(Node weight, Kind kind, boolean aligned) {
    return stored(
        kind, weight, "raw " + weight.type(), weight.bytes(), new RawWeight(weight, aligned));
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
    long bytes = 4L * values.length;
    Contents contents =
        (_, to) -> MemorySegment.copy(values, 0, to, ValueLayout.JAVA_FLOAT, 0, values.length);
    return stored.computeIfAbsent(
        name, _ -> new Ref(buffers.add(Kind.CONSTANT, name, bytes, contents), 0));
  }

  private static long elements(Node weight) {
    return weight.shape().elements();
  }

  private Ref stored(Node weight, String name, long elements, WeightLayout layout, boolean asHalf) {
    Contents contents =
        (weights, to) -> {
          Tensor t = weights.get(weight);
          layout.lay(WeightLayout.Source.of(t), new WeightLayout.Target(to, asHalf));
          MappedPages.drop(t);
        };
    String typed = name + (asHalf ? " F16" : " F32");
    return stored(Kind.WEIGHT, weight, typed, elements * (asHalf ? 2 : 4), contents);
  }

  private Ref stored(Kind kind, Node weight, String layout, long bytes, Contents contents) {
    String share = layout + " " + weight.name();
    return stored.computeIfAbsent(
        share,
        _ ->
            new Ref(
                buffers.addWeight(kind, "weight '" + weight.name() + "'", bytes, contents, share),
                0));
  }
}
