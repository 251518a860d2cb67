package dev.tandem.kernels.cpu;

import dev.tandem.devices.FloatReader;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Unpacking;
import dev.tandem.graph.Op;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads rows of stored weights as F32. It keeps buffers, so each thread needs one of its own. */
final class Unpacker {
  private final FloatReader reader = new FloatReader();
  private final Unpacking unpacking = new Unpacking();
  private float[] row = new float[0];

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
    unpacking.row(d, t, scale, r, row, size);
    MemorySegment.copy(row, 0, to, ValueLayout.JAVA_FLOAT, at, size);
  }

  private void grow(int size) {
    if (row.length < size) {
      row = new float[size];
    }
  }
}
