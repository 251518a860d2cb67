package dev.tandem.kernels.cpu;

import dev.tandem.devices.FloatReader;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Op;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads rows of stored weights as F32. It keeps buffers, so each thread needs one of its own. */
final class Unpacker {
  private final FloatReader reader = new FloatReader();
  private float[] row = new float[0];
  private byte[] numbers = new byte[0];

  /**
   * Copies a row of real numbers.
   *
   * @param to receives it from {@code at} on, bytes
   */
  void real(Tensor t, long r, int size, MemorySegment to, long at) {
    grow(size);
    reader.read(t, r * size, row, 0, size);
    MemorySegment.copy(row, 0, to, ValueLayout.JAVA_FLOAT, at, size);
  }

  /** Copies a row that is packed as {@link Op.Dequantize} says. */
  void packed(
      Op.Dequantize d, Tensor t, Tensor scale, long r, int size, MemorySegment to, long at) {
    grow(size);
    int bytes = d.bits() == 8 ? size : (size + 1) / 2;
    if (numbers.length < bytes) {
      numbers = new byte[bytes];
    }
    MemorySegment.copy(t.data(), ValueLayout.JAVA_BYTE, r * bytes, numbers, 0, bytes);
    if (d.bits() == 8) {
      whole(numbers, row, size);
    } else {
      halves(numbers, row, size);
    }
    long groups = scale.shape().dim(1);
    for (int first = 0, g = 0; first < size; first += d.group(), g++) {
      float s = scale.getFloat(r * groups + g);
      multiply(row, first, Math.min(size, first + d.group()), s);
    }
    MemorySegment.copy(row, 0, to, ValueLayout.JAVA_FLOAT, at, size);
  }

  private void grow(int size) {
    if (row.length < size) {
      row = new float[size];
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
