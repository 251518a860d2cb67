package dev.tandem.kernels.opencl;

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

  /** The kernels in the Winograd domain: {@code [36, panels, depth, width]}, 32-bit floats. */
  static Ref weights(Lowering low, Node w, GemmShape s, Panels p) {
    return low.weights()
        .relaid(w, "winograd" + p, weights(s, p), v -> pack(v, s.cols(), s.depth(), p), true);
  }

  /** How many floats {@link #pack} makes. */
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

  /** {@code G g G^T} of every 3x3 kernel, as 36 matrices in panels. */
  static float[] pack(float[] w, int rows, int depth, Panels p) {
    int each = p.count(rows) * depth * p.width();
    float[] out = new float[Math.multiplyExact(POSITIONS, each)];
    double[] half = new double[18];
    for (int column = 0; column < rows; column++) {
      int base = column / p.width() * depth * p.width() + column % p.width();
      for (int c = 0; c < depth; c++) {
        int kernel = (column * depth + c) * 9;
        for (int a = 0; a < 6; a++) {
          for (int x = 0; x < 3; x++) {
            half[a * 3 + x] =
                G[a][0] * w[kernel + x] + G[a][1] * w[kernel + 3 + x] + G[a][2] * w[kernel + 6 + x];
          }
        }
        for (int i = 0; i < POSITIONS; i++) {
          double[] g = G[i % 6];
          int at = i / 6 * 3;
          out[i * each + base + c * p.width()] =
              (float) (g[0] * half[at] + g[1] * half[at + 1] + g[2] * half[at + 2]);
        }
      }
    }
    return out;
  }
}
