package dev.tandem.kernels.opencl.plan;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Node;
import java.util.Optional;

/**
 * The matrix-product kernels: {@code gemm_panel} on CPU-like devices, {@code gemm_tile} on GPU-like
 * ones. Both take the same arguments.
 */
record Gemm(KernelFamily family, Tunables tunables) {
  /** Row blocks of a work-item where it goes through tap after tap, at most. */
  private static final int MOST_SWEPT = 16;

  /**
   * What is multiplied, and where to.
   *
   * @param xStep elements from one product's x to the next; those of w follow from its panels
   * @param yStep elements from one product's y to the next
   */
  record Factors(Ref x, long xStep, Ref w, Ref y, long yStep) {
    /** Of a single product. */
    static Factors single(Ref x, Ref w, Ref y) {
      return new Factors(x, 0, w, y, 0);
    }
  }

  /**
   * What is done to the sums.
   *
   * @param bias in the column order of {@link #panels}
   * @param addend of the result's shape, or one row a picture
   */
  record Epilogue(
      float scale,
      Optional<Ref> bias,
      Optional<Ref> addend,
      boolean addendPerPicture,
      Activation act,
      boolean geglu) {
    static final Epilogue NONE =
        new Epilogue(1, Optional.empty(), Optional.empty(), false, Activation.NONE, false);

    static Epilogue scaled(float scale) {
      return new Epilogue(scale, Optional.empty(), Optional.empty(), false, Activation.NONE, false);
    }
  }

  static Gemm choose(Lowering low, GemmShape s, boolean geglu) {
    if (low.family() == KernelFamily.GPU) {
      return new Gemm(low.family(), TileShapes.gemm(low.tunables("gemm_tile", s.key()), s));
    }
    Tunables t = low.tunables("gemm_panel", s.key());
    return new Gemm(low.family(), shallow(geglu ? t : narrow(t, s.cols()), s.rows()));
  }

  /** Where the columns fill half a panel at most: half the panel, and more rows instead. */
  private static Tunables narrow(Tunables t, int cols) {
    int nv = t.get("NV");
    return nv == 2 && cols <= t.get("VEC") ? t.with("NV", 1).with("MR", t.get("MR") * 4 / 3) : t;
  }

  /** Blocks of two thirds of the rows where whole ones would reach far beyond the last row. */
  private static Tunables shallow(Tunables t, int rows) {
    int mr = t.get("MR");
    int fewer = mr * 2 / 3;
    return fewer > 0 && roundUp(rows, mr) * 100L > roundUp(rows, fewer) * 108L
        ? t.with("MR", fewer)
        : t;
  }

  private static int roundUp(int n, int multiple) {
    return (n + multiple - 1) / multiple * multiple;
  }

  Panels panels(boolean geglu) {
    int vectors =
        family == KernelFamily.CPU ? tunables.get("NV") : tunables.get("LN") * tunables.get("WN");
    int width = tunables.get("VEC") * vectors;
    return new Panels(width, geglu ? width : 0);
  }

  /** Adds the kernel. */
  void add(Lowering low, Node node, GemmShape s, Factors f, Epilogue e) {
    boolean cpu = family == KernelFamily.CPU;
    Panels p = panels(e.geglu());
    int panels = p.count(e.geglu() ? 2 * s.cols() : s.cols());
    int tile = cpu ? tunables.get("MR") : tunables.get("LM") * tunables.get("WM");
    int tiles = (s.rows() + tile - 1) / tile;
    boolean sweep = cpu && sweeps(low, s, p);
    int blocks =
        !cpu
            ? 1
            : sweep
                ? Math.min(tiles, MOST_SWEPT)
                : blocks(low, s, tiles, (long) panels * s.batch());
    Tunables defines = kernelTunables();
    if (s.pointwise()) {
      defines = defines.with("POINTWISE", 1);
    } else if (sweep) {
      defines = defines.with("SWEEP", MOST_SWEPT);
    }
    if (low.halfArithmetic()) {
      defines = defines.with("ARITH_F16", 1);
    }
    KernelCall k = low.call(node, cpu ? "gemm_panel" : "gemm_tile", "gemm", defines);
    tensors(k, f, (long) panels * s.taps() * s.depth() * p.width(), e);
    sizes(k, s);
    s.window(k);
    results(k, e).i(blocks);
    if (cpu) {
      k.run(new long[] {panels, (tiles + blocks - 1) / blocks, s.batch()}, new long[] {1, 1, 1});
    } else {
      int ln = tunables.get("LN");
      int lm = tunables.get("LM");
      k.run(new long[] {(long) tiles * ln, (long) panels * lm, s.batch()}, new long[] {ln, lm, 1});
    }
  }

  // The arguments of both kernels, in their order and in groups.

  private static void tensors(KernelCall k, Factors f, long wStep, Epilogue e) {
    k.tensor(f.x()).l(f.xStep());
    k.tensor(f.w()).l(wStep);
    k.tensor(e.bias()).i(e.bias().isPresent());
    k.tensor(e.addend()).i(e.addend().isEmpty() ? 0 : e.addendPerPicture() ? 2 : 1);
    k.tensor(f.y()).l(f.yStep()).zeros();
  }

  private static void sizes(KernelCall k, GemmShape s) {
    k.i(s.rows()).i(s.cols()).i(s.depth());
  }

  private static KernelCall results(KernelCall k, Epilogue e) {
    return k.f(e.scale()).act(e.act()).i(e.geglu());
  }

  /**
   * Row blocks of a work-item: as many as leave enough work-items to share out evenly, and whose
   * activations stay in a core's cache while panel after panel reads them.
   */
  private int blocks(Lowering low, GemmShape s, int tiles, long panels) {
    long each = tiles * panels / (8L * low.computeUnits());
    long blockBytes = (long) tunables.get("MR") * s.depth() * low.realBytes();
    long cached = Math.max(1, ((long) tunables.get("CHUNK_KIB") << 10) / blockBytes);
    return Math.toIntExact(Math.clamp(Math.min(each, cached), 1, Math.min(tiles, 64)));
  }

  /**
   * Whether all row blocks go through one tap before the next: where a panel does not stay in the
   * cache while block after block reads it, but a tap of it does, and there are blocks enough.
   */
  private boolean sweeps(Lowering low, GemmShape s, Panels p) {
    long panel = (long) s.taps() * s.depth() * p.width() * low.realBytes();
    return s.taps() > 1
        && panel > (long) tunables.get("SWEEP_KIB") << 10
        && s.rows() > 2 * tunables.get("MR");
  }

  /** The tunables that the kernel is compiled with. */
  private Tunables kernelTunables() {
    return family == KernelFamily.CPU
        ? tunables.without("CHUNK_KIB").without("SWEEP_KIB")
        : tunables;
  }
}
