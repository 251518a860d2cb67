package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.FloatReader;
import dev.tandem.devices.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The order in which kernels read the elements of a weight. */
@FunctionalInterface
interface WeightLayout {
  /** Elements at once, where the order is the checkpoint's. */
  int CHUNK = 1 << 14;

  /** As the checkpoint has it. */
  WeightLayout PLAIN =
      (from, to) -> {
        float[] chunk = new float[CHUNK];
        for (long at = 0; at < from.elements(); at += CHUNK) {
          int n = (int) Math.min(CHUNK, from.elements() - at);
          from.read(at, chunk, 0, n);
          to.write(at, chunk, 0, n);
        }
      };

  /** Writes all elements; with buffers of its own, for several threads may lay weights at once. */
  void lay(Source from, Target to);

  /** A weight of the checkpoint, to be read in stretches; for one thread. */
  record Source(Tensor tensor, FloatReader reader) {
    static Source of(Tensor tensor) {
      return new Source(tensor, new FloatReader());
    }

    long elements() {
      return tensor.elements();
    }

    /** Reads {@code count} elements from the one numbered {@code first}, row-major. */
    void read(long first, float[] out, int at, int count) {
      reader.read(tensor, first, out, at, count);
    }
  }

  /** Where a weight goes, in 32 or 16 bits; elements that are not written stay what they were. */
  record Target(MemorySegment memory, boolean half) {
    int elementBytes() {
      return half ? 2 : 4;
    }

    /**
     * Writes {@code count} of the values, from {@code at} on, to where element {@code first} is.
     */
    void write(long first, float[] values, int at, int count) {
      if (half) {
        for (int i = 0; i < count; i++) {
          short v = Float.floatToFloat16(values[at + i]);
          memory.setAtIndex(ValueLayout.JAVA_SHORT, first + i, v);
        }
      } else {
        MemorySegment.copy(values, at, memory, ValueLayout.JAVA_FLOAT, first * Float.BYTES, count);
      }
    }
  }
}
