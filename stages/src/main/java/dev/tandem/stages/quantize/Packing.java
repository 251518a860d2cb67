package dev.tandem.stages.quantize;

import dev.tandem.devices.Tensor;
import dev.tandem.graph.DType;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Rounds weights to whole numbers.
 *
 * <p>Of 8 bits a scale is the row's largest magnitude divided by 127. Of 4 bits it is the one of
 * least square error among those that give a share of the largest magnitude up: with 16 values it
 * pays to cut off a little, with 255 it does not.
 */
final class Packing {
  private static final double LEAST_SHARE = 0.6;
  private static final int SHARES = 21;

  private final Form form;

  Packing(Form form) {
    this.form = form;
  }

  /** A weight in the layout of {@code Op.Dequantize}, with a scale for each group. */
  Packed pack(float[] w, Shape shape) {
    int rows = shape.dim(0);
    int row = w.length / rows;
    int group = form.groupOf(row);
    return pack(w, shape, row, group, Shape.of(rows, Math.ceilDiv(row, group)));
  }

  /** A weight for products of whole numbers, with a scale for each output channel. */
  Packed packWhole(float[] w, Shape shape) {
    int rows = shape.dim(0);
    int row = w.length / rows;
    return pack(w, shape, row, row, Shape.of(rows));
  }

  @SuppressWarnings("MustBeClosedChecker") // it goes with the tensors
  private Packed pack(float[] w, Shape shape, int row, int group, Shape scales) {
    Arena arena = Arena.ofAuto();
    byte[] numbers = new byte[w.length];
    float[] scale = new float[Math.toIntExact(scales.elements())];
    Noise noise = Noise.NONE;
    int g = 0;
    for (int r = 0; r < w.length; r += row) {
      for (int from = r; from < r + row; from += group) {
        int to = Math.min(r + row, from + group);
        scale[g] = form.bits() == 8 ? largest(w, from, to) / 127 : best(w, from, to);
        noise = noise.plus(round(w, from, to, scale[g], numbers));
        g++;
      }
    }
    Tensor packed =
        form.bits() == 8
            ? bytes(arena, shape, numbers)
            : bytes(
                arena,
                Shape.of(shape.dim(0), Math.ceilDiv(row, 2)),
                halves(numbers, shape.dim(0), row));
    return new Packed(packed, Tensor.of(arena, scales, scale), noise);
  }

  private static float largest(float[] w, int from, int to) {
    float largest = 0;
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, Math.abs(w[i]));
    }
    return largest;
  }

  /** Positive, or negative where the largest number is better taken as -8 than as 7. */
  private float best(float[] w, int from, int to) {
    float signed = 0;
    for (int i = from; i < to; i++) {
      signed = Math.abs(w[i]) > Math.abs(signed) ? w[i] : signed;
    }
    float best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < SHARES; i++) {
      double share = 1 - i * (1 - LEAST_SHARE) / (SHARES - 1);
      for (float scale :
          new float[] {(float) (signed * share / 7), (float) (signed * share / -8)}) {
        double error = error(w, from, to, scale);
        if (error < least) {
          least = error;
          best = scale;
        }
      }
    }
    return best;
  }

  private double error(float[] w, int from, int to, float scale) {
    double error = 0;
    for (int i = from; i < to; i++) {
      double d = number(w[i], scale) * scale - w[i];
      error += d * d;
    }
    return error;
  }

  private Noise round(float[] w, int from, int to, float scale, byte[] numbers) {
    double signal = 0;
    for (int i = from; i < to; i++) {
      numbers[i] = (byte) number(w[i], scale);
      signal += (double) w[i] * w[i];
    }
    return new Noise(signal, error(w, from, to, scale));
  }

  /** A scale of 0 is that of zeros alone. */
  private int number(float w, float scale) {
    int most = form.bits() == 8 ? 127 : 7;
    int least = form.bits() == 8 ? -127 : -8;
    return scale == 0 ? 0 : Math.clamp((long) Math.rint(w / scale), least, most);
  }

  /** Two numbers in a byte, the first in the low half, each with 8 added. */
  private static byte[] halves(byte[] numbers, int rows, int row) {
    int width = Math.ceilDiv(row, 2);
    byte[] out = new byte[rows * width];
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < row; i++) {
        out[r * width + i / 2] |= (byte) ((numbers[r * row + i] + 8) << (4 * (i % 2)));
      }
    }
    return out;
  }

  private static Tensor bytes(Arena arena, Shape shape, byte[] values) {
    Tensor t = Tensor.allocate(arena, shape, DType.I8);
    MemorySegment.copy(values, 0, t.data(), ValueLayout.JAVA_BYTE, 0, values.length);
    return t;
  }
}
