package dev.tandem.devices;

import dev.tandem.graph.DType;
import dev.tandem.graph.Op;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads weights that are stored in 8 or 4 bits as real numbers: the layout that {@link
 * Op.Dequantize} describes, by loops that the virtual machine turns into vector instructions. It
 * keeps a buffer, so each thread needs one of its own.
 */
public final class Unpacking {
  private byte[] numbers = new byte[0];

  /** All of a weight, F32, in memory of its own. */
  @SuppressWarnings("MustBeClosedChecker") // it goes with the tensor
  static Tensor of(Op.Dequantize d, Tensor numbers, Tensor scale) {
    Tensor out = Tensor.allocate(Arena.ofAuto(), d.shape(), DType.F32);
    int rows = d.shape().dim(0);
    int size = Math.toIntExact(d.shape().elements() / rows);
    float[] row = new float[size];
    Unpacking unpacking = new Unpacking();
    for (int r = 0; r < rows; r++) {
      unpacking.row(d, numbers, scale, r, row, size);
      MemorySegment.copy(
          row, 0, out.data(), ValueLayout.JAVA_FLOAT, (long) r * size * Float.BYTES, size);
    }
    return out;
  }

  /**
   * One row of a weight: what belongs to one extent of its first axis.
   *
   * @param stored I8, packed
   * @param scale F32 {@code [rows, groups]}
   * @param out receives it, from its beginning on
   * @param size of a row
   */
  public void row(Op.Dequantize d, Tensor stored, Tensor scale, long r, float[] out, int size) {
    int bytes = d.bits() == 8 ? size : (size + 1) / 2;
    if (numbers.length < bytes) {
      numbers = new byte[bytes];
    }
    MemorySegment.copy(stored.data(), ValueLayout.JAVA_BYTE, r * bytes, numbers, 0, bytes);
    if (d.bits() == 8) {
      whole(numbers, out, size);
    } else {
      halves(numbers, out, size);
    }
    long groups = scale.shape().dim(1);
    for (int first = 0, g = 0; first < size; first += d.group(), g++) {
      float s = scale.getFloat(r * groups + g);
      multiply(out, first, Math.min(size, first + d.group()), s);
    }
  }

  private static void whole(byte[] from, float[] to, int n) {
    for (int i = 0; i < n; i++) {
      to[i] = from[i];
    }
  }

  private static void halves(byte[] from, float[] to, int n) {
    for (int i = 0; i < n / 2; i++) {
      to[2 * i] = (from[i] & 15) - 8;
      to[2 * i + 1] = ((from[i] >> 4) & 15) - 8;
    }
    if (n % 2 != 0) {
      to[n - 1] = (from[n / 2] & 15) - 8;
    }
  }

  private static void multiply(float[] x, int first, int end, float factor) {
    for (int i = first; i < end; i++) {
      x[i] *= factor;
    }
  }
}
