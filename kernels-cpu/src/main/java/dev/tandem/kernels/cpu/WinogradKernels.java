package dev.tandem.kernels.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Brings the kernels of a convolution into the Winograd domain: {@code G g G^T}. */
final class WinogradKernels {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
  private static final int SIZE = 3;

  private WinogradKernels() {}

  /**
   * From {@code [out, in, 3, 3]} to {@code [positions, out, in]}, for output channels {@code
   * [first, end)}; several threads may each take some.
   */
  static void transform(WinogradTiles t, MemorySegment from, MemorySegment to, int first, int end) {
    WinogradForm form = t.form();
    int window = form.window();
    int in = t.in();
    float[] kernels = new float[in * SIZE * SIZE];
    float[][] w = new float[SIZE * SIZE][in];
    float[][][] half = new float[SIZE][window][in]; // [column of g][row of the domain]
    float[][] line = new float[window][in];
    for (int o = first; o < end; o++) {
      long row = (long) o * kernels.length * Float.BYTES;
      MemorySegment.copy(from, F32, row, kernels, 0, kernels.length);
      split(kernels, w, in);
      for (int x = 0; x < SIZE; x++) {
        form.kernel(w[x], w[SIZE + x], w[2 * SIZE + x], half[x], in);
      }
      for (int y = 0; y < window; y++) {
        form.kernel(half[0][y], half[1][y], half[2][y], line, in);
        for (int x = 0; x < window; x++) {
          long at = ((long) (y * window + x) * t.out() + o) * in * Float.BYTES;
          MemorySegment.copy(line[x], 0, to, F32, at, in);
        }
      }
    }
  }

  /** {@code [in, 9]} to an array for each of the nine weights. */
  private static void split(float[] kernels, float[][] w, int in) {
    for (int k = 0; k < SIZE * SIZE; k++) {
      float[] to = w[k];
      for (int i = 0; i < in; i++) {
        to[i] = kernels[i * SIZE * SIZE + k];
      }
    }
  }
}
