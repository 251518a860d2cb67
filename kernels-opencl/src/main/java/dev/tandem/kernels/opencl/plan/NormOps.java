package dev.tandem.kernels.opencl.plan;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.Map;

/** Group norm with its activation, layer norm, softmax. */
final class NormOps {
  /** As in {@code groupnorm.cl}. */
  private static final int MOST_STRIP = 256;

  private NormOps() {}

  static void groupNorm(Lowering low, Node n, Op.GroupNorm g) {
    Shape x = n.shape();
    int batch = x.dim(0);
    int channels = x.dim(3);
    int pixels = x.dim(1) * x.dim(2);
    Tunables t = low.tunables("groupnorm", pixels + "x" + channels);
    int strip = strip(low, t, n.shape(), g.groups());
    if (strip > 0) {
      low.call(n, "groupnorm", "group_norm", defines(t.get("VEC")))
          .tensor(low.ref(n.input(0)))
          .tensor(low.weights().floats(n.input(1)))
          .tensor(low.weights().floats(n.input(2)))
          .tensor(low.ref(n))
          .i(pixels)
          .i(channels)
          .i(strip)
          .i(channels / g.groups())
          .f(g.eps())
          .act(g.act())
          .run(new long[] {channels / strip, batch}, new long[] {1, 1});
      return;
    }
    int vec = VectorWidth.dividing(t.get("VEC"), channels);
    int columns = channels / vec;
    int span = t.get("SPAN");
    Tunables defines = defines(vec);
    // Enough chunks to keep every unit busy, each long enough to be worth a work-item.
    int chunk = Math.max(8, pixels / (8 * low.computeUnits()));
    int chunks = (pixels + chunk - 1) / chunk;
    Ref partial = low.scratch().take(2L * batch * chunks * channels, 4);
    Ref factors = low.scratch().take(2L * batch * channels, 4);
    long local = VectorWidth.dividing(t.get("GROUP"), columns);
    low.call(n, "groupnorm", "group_stats", defines)
        .tensor(low.ref(n.input(0)))
        .tensor(partial)
        .i(pixels)
        .i(channels)
        .i(chunk)
        .run(new long[] {columns, chunks, batch}, new long[] {local, 1, 1});
    low.call(n, "groupnorm", "group_fold", defines)
        .tensor(low.ref(n.input(0)))
        .tensor(partial)
        .tensor(low.weights().floats(n.input(1)))
        .tensor(low.weights().floats(n.input(2)))
        .tensor(factors)
        .i(pixels)
        .i(channels)
        .i(chunk)
        .i(chunks)
        .f(g.eps())
        .run(new long[] {g.groups(), batch}, new long[] {1, 1});
    low.call(n, "groupnorm", "group_apply", defines)
        .tensor(low.ref(n.input(0)))
        .tensor(factors)
        .tensor(low.ref(n))
        .i(pixels)
        .i(channels)
        .i(span)
        .act(g.act())
        .run(new long[] {columns, (pixels + span - 1) / span, batch}, new long[] {local, 1, 1});
  }

  /** Alike for all entries of the file, so that it is built once for a vector width. */
  private static Tunables defines(int vec) {
    return Tunables.of(Map.of("VEC", vec, "MOST_STRIP", MOST_STRIP));
  }

  /**
   * Channels of a work-item that does a group norm alone, or 0 where it takes several passes: on
   * GPU-like devices, where a strip does not stay in the cache, or where it would leave compute
   * units idle.
   */
  private static int strip(Lowering low, Tunables t, Shape x, int groups) {
    int channels = x.dim(3);
    int vec = t.get("VEC");
    int width = channels / groups;
    int strip = vec * width / gcd(vec, width);
    long bytes = (long) strip * x.dim(1) * x.dim(2) * low.realBytes();
    boolean one =
        low.family() == KernelFamily.CPU
            && strip <= MOST_STRIP
            && channels % strip == 0
            && bytes <= (long) t.get("STRIP_KIB") << 10
            && (long) channels / strip * x.dim(0) >= low.computeUnits();
    return one ? strip : 0;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  static void layerNorm(Lowering low, Node n, Op.LayerNorm l) {
    int width = n.shape().dim(-1);
    Tunables t = rows(low, n);
    low.call(n, "rows", "layer_norm", t)
        .tensor(low.ref(n.input(0)))
        .tensor(low.weights().floats(n.input(1)))
        .tensor(low.weights().floats(n.input(2)))
        .tensor(low.ref(n))
        .i(width)
        .f(l.eps())
        .run(new long[] {n.shape().rows() * t.get("LANES")}, new long[] {t.get("LANES")});
  }

  static void softmax(Lowering low, Node n, Op.Softmax s) {
    Tunables t = rows(low, n);
    low.call(n, "rows", "softmax", t)
        .tensor(low.ref(n.input(0)))
        .tensor(low.ref(n))
        .i(n.shape().dim(-1))
        .f(s.scale())
        .run(new long[] {n.shape().rows() * t.get("LANES")}, new long[] {t.get("LANES")});
  }

  private static Tunables rows(Lowering low, Node n) {
    int width = n.shape().dim(-1);
    Tunables t = low.tunables("rows", n.shape().rows() + "x" + width);
    int lanes = low.family() == KernelFamily.CPU ? t.get("LANES") : Math.max(32, t.get("LANES"));
    return t.with("VEC", VectorWidth.dividing(t.get("VEC"), width)).with("LANES", lanes);
  }
}
