package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * How whole numbers of 8 bits are cut into panels of columns: {@code [panels, taps, ceil(depth /
 * pack), width, pack]}, zeros beyond the last column and the last of the depth.
 *
 * @param width columns of a panel
 * @param pack numbers of a column that lie side by side
 */
record Int8Panels(int width, int pack) {

  /** The columns of real numbers that belong to them: scales and biases. */
  Panels columns() {
    return new Panels(width, 0);
  }

  /** Bytes of a panel. */
  private long panel(int depth, int taps) {
    return (long) taps * Math.ceilDiv(depth, pack) * width * pack;
  }

  /** Bytes of all panels. */
  long bytes(int rows, int depth, int taps) {
    return columns().count(rows) * panel(depth, taps);
  }

  /** Re-lays a weight {@code [rows, depth, taps]}, I8. */
  void lay(Tensor from, int rows, int depth, int taps, MemorySegment to) {
    int steps = Math.ceilDiv(depth, pack);
    byte[] row = new byte[depth * taps];
    byte[] out = new byte[Math.toIntExact(panel(depth, taps))];
    for (int p = 0; p < columns().count(rows); p++) {
      for (int column = 0; column < width; column++) {
        int r = p * width + column;
        if (r < rows) {
          MemorySegment.copy(
              from.data(), ValueLayout.JAVA_BYTE, (long) r * row.length, row, 0, row.length);
        }
        for (int t = 0; t < taps; t++) {
          for (int c = 0; c < steps * pack; c++) {
            int at = ((t * steps + c / pack) * width + column) * pack + c % pack;
            out[at] = r < rows && c < depth ? row[c * taps + t] : 0;
          }
        }
      }
      MemorySegment.copy(out, 0, to, ValueLayout.JAVA_BYTE, (long) p * out.length, out.length);
    }
  }
}
