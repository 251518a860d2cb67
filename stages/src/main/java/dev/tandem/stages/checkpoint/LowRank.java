package dev.tandem.stages.checkpoint;

import dev.tandem.devices.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A difference of two thin matrices (LoRA; Hu et al., 2021): {@code scale B A}, where a
 * convolution's taps are columns.
 *
 * @param a {@code [rank, in, ...]}
 * @param b {@code [out, rank, ...]}
 */
record LowRank(Tensor a, Tensor b, float scale) {
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * {@code W + scale B A}, computed in F32 and rounded to the nearest value of W's type.
   *
   * @param w {@code [out, in, ...]}
   */
  Tensor merge(Tensor w, Arena arena) {
    int rank = a.shape().dim(0);
    int rows = w.shape().dim(0);
    int columns = Math.toIntExact(w.elements() / rows);
    float[] thinA = a.toFloats();
    float[] thinB = b.toFloats();
    float[] row = new float[columns];
    Tensor merged = Tensor.allocate(arena, w.shape(), w.type());
    for (int o = 0; o < rows; o++) {
      product(thinB, o * rank, thinA, row);
      long first = (long) o * columns;
      for (int i = 0; i < columns; i++) {
        row[i] = w.getFloat(first + i) + scale * row[i];
      }
      store(row, merged, first);
    }
    return new Tensor(merged.shape(), merged.type(), merged.data().asReadOnly());
  }

  /** A row of B, from {@code at}, times A. */
  private static void product(float[] thinB, int at, float[] thinA, float[] row) {
    Arrays.fill(row, 0);
    int rank = thinA.length / row.length;
    for (int k = 0; k < rank; k++) {
      float factor = thinB[at + k];
      int from = k * row.length;
      for (int i = 0; i < row.length; i++) {
        row[i] += factor * thinA[from + i];
      }
    }
  }

  private static void store(float[] row, Tensor to, long first) {
    MemorySegment data = to.data();
    switch (to.type()) {
      case F32 -> MemorySegment.copy(row, 0, data, F32, first * Float.BYTES, row.length);
      case F16 -> {
        for (int i = 0; i < row.length; i++) {
          data.set(I16, (first + i) * Short.BYTES, Float.floatToFloat16(row[i]));
        }
      }
      case BF16 -> {
        for (int i = 0; i < row.length; i++) {
          data.set(I16, (first + i) * Short.BYTES, bfloat16(row[i]));
        }
      }
      case I8, I32, I64 -> throw new IllegalArgumentException("weights of type " + to.type());
    }
  }

  /** Rounds to the nearest, halves to even. */
  private static short bfloat16(float x) {
    int bits = Float.floatToIntBits(x);
    return (short) (Float.isNaN(x) ? bits >>> 16 : (bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }
}
