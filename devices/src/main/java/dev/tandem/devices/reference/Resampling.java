package dev.tandem.devices.reference;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;

/** Operations that only move elements: upsampling and concatenation. */
final class Resampling {
  private Resampling() {}

  static Kernel upsample(Node n, Op.Upsample op, Values values, float[] out) {
    float[] x = values.of(n.input(0));
    Shape s = n.input(0).shape();
    int height = s.dim(1);
    int width = s.dim(2);
    int channels = s.dim(3);
    return () -> {
      int to = 0;
      for (int b = 0; b < s.dim(0); b++) {
        for (int y = 0; y < op.height(); y++) {
          int row = b * height + (int) ((long) y * height / op.height());
          for (int i = 0; i < op.width(); i++) {
            int column = (int) ((long) i * width / op.width());
            System.arraycopy(x, (row * width + column) * channels, out, to, channels);
            to += channels;
          }
        }
      }
    };
  }

  /** Copies, for each index of the axes outside, what the two operands hold below the axis. */
  static Kernel concat(Node n, Op.Concat op, Values values, float[] out) {
    float[] a = values.of(n.input(0));
    float[] b = values.of(n.input(1));
    int first = below(n.input(0).shape(), op.axis());
    int second = below(n.input(1).shape(), op.axis());
    return () -> {
      for (int i = 0; i < a.length / first; i++) {
        System.arraycopy(a, i * first, out, i * (first + second), first);
        System.arraycopy(b, i * second, out, i * (first + second) + first, second);
      }
    };
  }

  private static int below(Shape s, int axis) {
    int n = 1;
    for (int i = axis; i < s.rank(); i++) {
      n *= s.dim(i);
    }
    return n;
  }
}
