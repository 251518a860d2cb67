package dev.tandem.kernels.cpu;

import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import dev.tandem.kernels.cpu.MatrixProducts.Operand;
import java.util.ArrayList;
import java.util.List;

/**
 * Sums where the second operand has extents of 1. oneDNN is fast for a few forms of that only, so
 * the operands are cut into matrices of rows that get the same addend, or each its own.
 */
final class Broadcast {
  private Broadcast() {}

  static List<Kernel> add(Lowering low, Node n) {
    Shape a = n.shape();
    Shape b = n.input(1).shape();
    int rank = a.rank();
    // Innermost axes that b has in full make a row; the axes before them that b lacks repeat it.
    int rowAxis = rank;
    long row = 1;
    while (rowAxis > 0 && a.dim(rowAxis - 1) == b.dim(rowAxis - 1)) {
      row *= a.dim(--rowAxis);
    }
    int repeatAxis = rowAxis;
    long repeats = 1;
    while (repeatAxis > 0 && b.dim(repeatAxis - 1) == 1) {
      repeats *= a.dim(--repeatAxis);
    }
    long outer = 1;
    for (int i = 0; i < repeatAxis; i++) {
      outer *= a.dim(i);
    }
    Primitives p = low.primitives();
    long matrix = p.layout(repeats, row);
    long addend = p.layout(1, row);
    List<Kernel> kernels = new ArrayList<>();
    for (long o = 0; o < outer; o++) {
      kernels.add(
          Elementwise.binary(
              p,
              OneDnn.BINARY_ADD,
              new Operand(matrix, low.place(n.input(0)).plusFloats(o * repeats * row)),
              new Operand(addend, low.place(n.input(1)).plusFloats(start(a, b, repeatAxis, o))),
              new Operand(matrix, low.place(n).plusFloats(o * repeats * row)),
              PostOps.none()));
    }
    return kernels;
  }

  /** Where in b the {@code outer}-th block of a's leading axes takes its addend from, elements. */
  private static long start(Shape a, Shape b, int axes, long outer) {
    long stride = 1;
    for (int i = axes; i < b.rank(); i++) {
      stride *= b.dim(i);
    }
    long index = 0;
    long rest = outer;
    for (int i = axes - 1; i >= 0; i--) {
      long here = rest % a.dim(i);
      rest /= a.dim(i);
      if (b.dim(i) != 1) {
        index += here * stride;
      }
      stride *= b.dim(i);
    }
    return index;
  }
}
