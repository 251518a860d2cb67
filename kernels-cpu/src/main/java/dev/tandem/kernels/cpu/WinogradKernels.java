package dev.tandem.kernels.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Brings the kernels of convolutions into the Winograd domain, {@code G g G^T} for each: one
 * product of oneDNN with the 3x3 weights of many kernels as columns.
 */
final class WinogradKernels {
  private static final int SIZE = 9;

  /** Kernels at once; every convolution that suits has so many. */
  private static final int COLUMNS = 1024;

  private final int positions;
  private final Movable from;
  private final MemorySegment to;
  private final Kernel product;

  WinogradKernels(Primitives p, WinogradForm form) {
    positions = form.positions();
    MemorySegment matrix = p.permanent((long) positions * SIZE * Float.BYTES);
    to = p.permanent((long) positions * COLUMNS * Float.BYTES);
    for (int i = 0; p.memory().real() && i < positions * SIZE; i++) {
      matrix.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) coefficient(form, i / SIZE, i % SIZE));
    }
    long a = p.layout(positions, SIZE);
    long b = p.layout(new long[] {SIZE, COLUMNS}, new long[] {1, SIZE});
    long c = p.layout(positions, COLUMNS);
    from = p.movable(b, Place.at(0));
    product =
        p.call(MatrixProducts.product(p, a, b, c, PostOps.none()))
            .arg(OneDnn.ARG_SRC, a, Place.at(matrix.address()))
            .arg(OneDnn.ARG_WEIGHTS, from)
            .arg(OneDnn.ARG_DST, c, Place.at(to.address()))
            .build();
  }

  /** What weight {@code k} of a kernel counts at a position. */
  private static double coefficient(WinogradForm form, int position, int k) {
    double[][] g = form.kernel();
    int window = form.window();
    return g[position / window][k / 3] * g[position % window][k % 3];
  }

  /**
   * From {@code [kernels, 3, 3]} to {@code [positions, kernels]}; on the device's thread.
   *
   * @param kernels at least 1024
   */
  void transform(MemorySegment stored, MemorySegment domain, long kernels) {
    for (long first = 0; first < kernels; first += COLUMNS) {
      long at = Math.min(first, kernels - COLUMNS); // the last ones overlap those before
      from.moveToAddress(stored.address() + at * SIZE * Float.BYTES);
      product.run();
      for (long i = 0; i < positions; i++) {
        MemorySegment.copy(
            to,
            i * COLUMNS * Float.BYTES,
            domain,
            (i * kernels + at) * Float.BYTES,
            COLUMNS * Float.BYTES);
      }
    }
  }
}
