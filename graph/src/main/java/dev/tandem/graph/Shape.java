package dev.tandem.graph;

import java.util.Arrays;

/** Immutable extents of a row-major tensor, outermost first. Every extent is at least 1. */
public final class Shape {
  private final int[] dims;

  private Shape(int[] dims) {
    this.dims = dims;
  }

  /**
   * A shape of the given extents; no extents make a scalar.
   *
   * @throws IllegalArgumentException if an extent is below 1
   */
  public static Shape of(int... dims) {
    for (int d : dims) {
      if (d < 1) {
        throw new IllegalArgumentException(
            "shape " + Arrays.toString(dims) + " has an extent below 1");
      }
    }
    return new Shape(dims.clone());
  }

  public int rank() {
    return dims.length;
  }

  /** Extent of one axis; negative axes count from the end, so {@code dim(-1)} is the innermost. */
  public int dim(int axis) {
    int a = axis < 0 ? axis + dims.length : axis;
    if (a < 0 || a >= dims.length) {
      throw new IllegalArgumentException("axis " + axis + " is outside shape " + this);
    }
    return dims[a];
  }

  /** Number of elements. */
  public long elements() {
    long n = 1;
    for (int d : dims) {
      n = Math.multiplyExact(n, d);
    }
    return n;
  }

  /** Number of elements divided by the innermost extent: how many rows there are. */
  public long rows() {
    return elements() / dim(-1);
  }

  public int[] toArray() {
    return dims.clone();
  }

  /** The same shape with one extent replaced; negative axes count from the end. */
  public Shape with(int axis, int extent) {
    int[] d = dims.clone();
    d[axis < 0 ? axis + d.length : axis] = extent;
    return of(d);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Shape s && Arrays.equals(dims, s.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** For example {@code [2, 16, 16, 64]}. */
  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
