package dev.tandem.devices;

import dev.tandem.graph.DType;
import dev.tandem.graph.Op;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Weights that are stored in 8 or 4 bits, as real numbers: the layout that {@link Op.Dequantize}
 * describes.
 */
public final class Unpacking {
  private Unpacking() {}

  /** All of a weight, F32, in memory of its own. */
  @SuppressWarnings("MustBeClosedChecker") // it goes with the tensor
  static Tensor of(Op.Dequantize d, Tensor numbers, Tensor scale) {
    Tensor out = Tensor.allocate(Arena.ofAuto(), d.shape(), DType.F32);
    int rows = d.shape().dim(0);
    float[] row = new float[Math.toIntExact(d.shape().elements() / rows)];
    for (int r = 0; r < rows; r++) {
      row(d, numbers, scale, r, row);
      MemorySegment.copy(
          row, 0, out.data(), ValueLayout.JAVA_FLOAT, (long) r * row.length * 4, row.length);
    }
    return out;
  }

  /**
   * One row of a weight: what belongs to one extent of its first axis.
   *
   * @param numbers I8, packed
   * @param scale F32 {@code [rows, groups]}
   * @param out of the size of a row
   */
  public static void row(Op.Dequantize d, Tensor numbers, Tensor scale, int r, float[] out) {
    long groups = scale.shape().dim(1);
    long first = d.bits() == 8 ? (long) r * out.length : r * (long) numbers.shape().dim(1);
    for (int i = 0; i < out.length; i++) {
      int number =
          d.bits() == 8
              ? numbers.data().get(ValueLayout.JAVA_BYTE, first + i)
              : half(numbers.data().get(ValueLayout.JAVA_BYTE, first + i / 2), i % 2) - 8;
      out[i] = number * scale.getFloat(r * groups + i / d.group());
    }
  }

  /** The low or the high half of a byte, 0 to 15. */
  private static int half(int pair, int high) {
    return (pair >> (4 * high)) & 15;
  }
}
