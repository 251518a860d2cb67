package dev.tandem.devices.reference;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;

/** Operations that treat each element alone. */
final class Elementwise {
  private static final int PIECE = 1 << 14;

  private Elementwise() {}

  /** Elements {@code from} (inclusive) to {@code to}. */
  interface Range {
    void run(int from, int to);
  }

  /** Shares out elements 0 to n - 1. */
  static void inPieces(Workers workers, int n, Range range) {
    workers.run(
        (n + PIECE - 1) / PIECE, (_, i) -> range.run(i * PIECE, Math.min(n, (i + 1) * PIECE)));
  }

  static Kernel activate(Node n, Op.Activate op, Values values, Workers workers, float[] out) {
    float[] x = values.of(n.input(0));
    return () ->
        inPieces(
            workers,
            out.length,
            (from, to) -> {
              System.arraycopy(x, from, out, from, to - from);
              Activations.apply(op.act(), out, from, to);
            });
  }

  static Kernel geglu(Node n, Values values, Workers workers, float[] out) {
    float[] x = values.of(n.input(0));
    int width = n.shape().dim(-1);
    return () ->
        inPieces(
            workers,
            out.length,
            (from, to) -> {
              for (int i = from; i < to; i++) {
                int value = i / width * 2 * width + i % width;
                out[i] = x[value] * Activations.gelu(x[value + width]);
              }
            });
  }

  /** The second operand repeats along each axis where its extent is 1. */
  static Kernel add(Node n, Values values, float[] out) {
    float[] a = values.of(n.input(0));
    float[] b = values.of(n.input(1));
    Shape s = n.shape();
    Shape narrow = n.input(1).shape();
    if (s.equals(narrow)) {
      return () -> {
        for (int i = 0; i < out.length; i++) {
          out[i] = a[i] + b[i];
        }
      };
    }
    return () -> {
      for (int i = 0; i < out.length; i++) {
        out[i] = a[i] + b[broadcast(i, s, narrow)];
      }
    };
  }

  /** Index in the narrow tensor of the element that belongs to element {@code i} of the wide. */
  private static int broadcast(int i, Shape wide, Shape narrow) {
    int rest = i;
    int at = 0;
    int step = 1;
    for (int axis = wide.rank() - 1; axis >= 0; axis--) {
      int position = rest % wide.dim(axis);
      rest /= wide.dim(axis);
      at += narrow.dim(axis) == 1 ? 0 : position * step;
      step *= narrow.dim(axis);
    }
    return at;
  }

  static Kernel scale(Node n, Op.Scale op, Values values, float[] out) {
    float[] x = values.of(n.input(0));
    return () -> {
      for (int i = 0; i < out.length; i++) {
        out[i] = op.factor() * x[i] + op.offset();
      }
    };
  }
}
