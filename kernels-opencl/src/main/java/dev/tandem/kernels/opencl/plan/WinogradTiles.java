package dev.tandem.kernels.opencl.plan;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.Optional;

/**
 * How the results of a convolution are cut into 4x4 tiles, and what all Winograd kernels share.
 *
 * @param down tiles of a picture's height
 * @param across tiles of a picture's width
 * @param count tiles of all pictures
 */
record WinogradTiles(int down, int across, int count) {
  static final int POSITIONS = 36;
  private static final double[][] G = {
    {1 / 4.0, 0, 0},
    {-1 / 6.0, -1 / 6.0, -1 / 6.0},
    {-1 / 6.0, 1 / 6.0, -1 / 6.0},
    {1 / 24.0, 1 / 12.0, 1 / 6.0},
    {1 / 24.0, -1 / 12.0, 1 / 6.0},
    {0, 0, 1}
  };

  static WinogradTiles of(GemmShape s) {
    int down = (s.outHeight() + 3) / 4;
    int across = (s.outWidth() + 3) / 4;
    int pictures = s.rows() / (s.outHeight() * s.outWidth());
    return new WinogradTiles(down, across, Math.multiplyExact(pictures, down * across));
  }

  /**
   * The kernels of a convolution in the Winograd domain: {@code [36, panels, depth, width]}, 32-bit
   * floats.
   */
  static Ref weights(Lowering low, Node n, GemmShape s, Panels p) {
    if (RestingWeights.rests(low, n.input(1))) {
      return RestingWeights.winograd(low, n, s, p);
    }
    return low.weights()
        .relaid(n.input(1), "winograd" + p, weights(s, p), packed(s.cols(), s.depth(), p), true);
  }

  /** How many floats {@link #packed} makes. */
  static long weights(GemmShape s, Panels p) {
    return (long) POSITIONS * p.count(s.cols()) * s.depth() * p.width();
  }

  /** Bias and addend as {@code epilogue.cl} takes them: each a buffer and how to read it. */
  static KernelCall biasAndAddend(Lowering low, KernelCall k, Node n, Op.Conv2d c) {
    KernelCall b = c.bias() ? k.tensor(low.weights().floats(n.input(2))) : k.zeros().l(0);
    b.i(c.bias());
    Optional<Node> addend = c.addend() ? Optional.of(n.inputs().getLast()) : Optional.empty();
    if (addend.isEmpty()) {
      return b.zeros().l(0).i(0);
    }
    boolean whole = addend.get().shape().equals(n.shape());
    return b.tensor(low.ref(addend.get())).i(whole ? 1 : 2);
  }

  /**
   * {@code G g G^T} of every 3x3 kernel, as 36 matrices in panels. A panel's kernels are computed
   * beside each other, so that the innermost loops become vector instructions.
   */
  static WeightLayout packed(int rows, int depth, Panels p) {
    int width = p.width();
    int piece = depth * width;
    return (from, to) -> {
      float[] columns = new float[9 * piece];
      float[] out = new float[POSITIONS * piece];
      double[] kernels = new double[9 * width];
      double[] half = new double[18 * width];
      for (int panel = 0; panel < p.count(rows); panel++) {
        p.readColumns(from, panel, rows, 9 * depth, columns);
        for (int c = 0; c < depth; c++) {
          for (int column = 0; column < width; column++) {
            for (int k = 0; k < 9; k++) {
              kernels[k * width + column] = columns[column * 9 * depth + c * 9 + k];
            }
          }
          for (int a = 0; a < 6; a++) {
            combine(G[a], kernels, 0, 3 * width, half, a * 3 * width, 3 * width);
          }
          for (int i = 0; i < POSITIONS; i++) {
            combine(G[i % 6], half, i / 6 * 3 * width, width, out, i * piece + c * width, width);
          }
        }
        for (int i = 0; i < POSITIONS; i++) {
          long at = ((long) i * p.count(rows) + panel) * piece;
          to.write(at, out, i * piece, piece);
        }
      }
    };
  }

  /** {@code out[i] = g[0] x[i] + g[1] x[i + step] + g[2] x[i + 2 step]}. */
  private static void combine(
      double[] g, double[] x, int from, int step, double[] out, int to, int count) {
    double g0 = g[0];
    double g1 = g[1];
    double g2 = g[2];
    for (int i = 0; i < count; i++) {
      out[to + i] = g0 * x[from + i] + g1 * x[from + step + i] + g2 * x[from + 2 * step + i];
    }
  }

  private static void combine(
      double[] g, double[] x, int from, int step, float[] out, int to, int count) {
    double g0 = g[0];
    double g1 = g[1];
    double g2 = g[2];
    for (int i = 0; i < count; i++) {
      out[to + i] =
          (float) (g0 * x[from + i] + g1 * x[from + step + i] + g2 * x[from + 2 * step + i]);
    }
  }
}
