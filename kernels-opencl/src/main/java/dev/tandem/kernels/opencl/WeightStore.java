package dev.tandem.kernels.opencl;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Node;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jocl.cl_mem;

/** The weights of one executable on the device, each in the layout that its kernels read. */
final class WeightStore implements AutoCloseable {
  private final ClContext cl;
  private final Weights source;
  private final boolean half;
  private final Map<String, cl_mem> uploaded = new HashMap<>();
  private final Map<cl_mem, Long> sizes = new HashMap<>();
  private long bytes;

  WeightStore(ClContext cl, Weights source, boolean half) {
    this.cl = cl;
    this.source = source;
    this.half = half;
  }

  /** A weight as the checkpoint lays it, in the storage type of activations. */
  Ref plain(Node weight) {
    return stored(weight, "plain", UnaryOperator.identity(), half);
  }

  /** A weight as the checkpoint lays it, in 32-bit floats. */
  Ref floats(Node weight) {
    return stored(weight, "floats", UnaryOperator.identity(), false);
  }

  /** A convolution or linear weight {@code [rows, depth, taps...]} in panels. */
  Ref panels(Node weight, Panels p) {
    int rows = weight.shape().dim(0);
    int depth = weight.shape().dim(1);
    int taps = Math.toIntExact(weight.shape().elements() / rows / depth);
    return stored(weight, "w" + p, w -> p.pack(w, rows, depth, taps), half);
  }

  /** A weight re-laid by a function, in 32-bit floats or in the storage type. */
  Ref relaid(Node weight, String layout, UnaryOperator<float[]> how, boolean floats) {
    return stored(weight, layout, how, half && !floats);
  }

  /** A bias in the column order of panels, in 32-bit floats. */
  Ref bias(Node weight, Panels p) {
    return stored(weight, "b" + p, p::packBias, false);
  }

  /** Constants that belong to no checkpoint, in 32-bit floats. */
  Ref constants(String name, float[] values) {
    return new Ref(uploaded.computeIfAbsent(name, k -> upload(name, values, false)), 0);
  }

  private Ref stored(Node weight, String layout, UnaryOperator<float[]> how, boolean asHalf) {
    cl_mem known = uploaded.get(layout + " " + weight.name());
    if (known == null) {
      Tensor t = source.get(weight);
      known = upload(weight.name(), how.apply(t.toFloats()), asHalf);
      uploaded.put(layout + " " + weight.name(), known);
    }
    return new Ref(known, 0);
  }

  private cl_mem upload(String name, float[] values, boolean asHalf) {
    long size = (long) values.length * (asHalf ? 2 : 4);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(size, 64);
      if (asHalf) {
        for (int i = 0; i < values.length; i++) {
          host.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(values[i]));
        }
      } else {
        MemorySegment.copy(values, 0, host, ValueLayout.JAVA_FLOAT, 0, values.length);
      }
      cl_mem m = cl.copyOf("weight '" + name + "'", host);
      sizes.put(m, size);
      bytes += size;
      return m;
    }
  }

  long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    sizes.forEach(cl::release);
    sizes.clear();
    uploaded.clear();
  }
}
