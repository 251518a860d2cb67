package dev.tandem.devices;

import dev.tandem.graph.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Reads stretches of tensors as F32, by loops that the virtual machine turns into vector
 * instructions. It keeps a buffer, so each thread needs one of its own.
 */
public final class FloatReader {
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int CHUNK = 4096;

  private final short[] narrow = new short[CHUNK];

  /**
   * Copies elements, converted exactly.
   *
   * @param t of F32, F16 or BF16, or of whole numbers of 8 bits
   * @param first the first element to read, row-major
   * @param at where it goes in {@code out}
   * @param count how many
   */
  public void read(Tensor t, long first, float[] out, int at, int count) {
    switch (t.type()) {
      case F32 -> MemorySegment.copy(t.data(), F32, first * Float.BYTES, out, at, count);
      case F16, BF16 -> {
        for (int i = 0; i < count; i += CHUNK) {
          int n = Math.min(CHUNK, count - i);
          MemorySegment.copy(t.data(), I16, (first + i) * Short.BYTES, narrow, 0, n);
          if (t.type() == DType.F16) {
            widenF16(out, at + i, n);
          } else {
            widenBf16(out, at + i, n);
          }
        }
      }
      case I8 -> {
        for (int i = 0; i < count; i++) {
          out[at + i] = t.data().get(ValueLayout.JAVA_BYTE, first + i);
        }
      }
      case I32, I64 -> throw new IllegalStateException("tensor is " + t.type() + ", not real");
    }
  }

  private void widenF16(float[] out, int at, int n) {
    for (int i = 0; i < n; i++) {
      out[at + i] = Float.float16ToFloat(narrow[i]);
    }
  }

  private void widenBf16(float[] out, int at, int n) {
    for (int i = 0; i < n; i++) {
      out[at + i] = Float.intBitsToFloat(narrow[i] << 16);
    }
  }
}
