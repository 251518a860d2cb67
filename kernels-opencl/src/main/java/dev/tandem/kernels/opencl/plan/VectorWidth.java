package dev.tandem.kernels.opencl.plan;

/** How many elements a kernel may take at once. */
final class VectorWidth {
  private VectorWidth() {}

  /** The largest power of two up to {@code most} that divides all extents. */
  static int dividing(int most, long... extents) {
    int v = most;
    for (long e : extents) {
      while (e % v != 0) {
        v /= 2;
      }
    }
    return v;
  }
}
