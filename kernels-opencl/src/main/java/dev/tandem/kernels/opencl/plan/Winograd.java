package dev.tandem.kernels.opencl.plan;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.Map;

/**
 * 3x3 convolutions of stride 1 in the Winograd domain: by one kernel ({@link WinogradPanel}) on
 * CPU-like devices where a group of tiles fits the local memory, else by three launches ({@code
 * winograd.cl}): input tiles into the domain, 36 matrix products, results back.
 *
 * <p>The three launches are for 32-bit storage only: the domain's values are larger than the
 * tensors', and 16 bits would not hold them well enough.
 */
final class Winograd {
  private static final int POSITIONS = WinogradTiles.POSITIONS;

  /** Of a weight in the domain that is there for one operation only, bytes. */
  private static final long MOST_UNPACKED = 64 << 20;

  private Winograd() {}

  /** Adds the kernels where this is possible and, by the tunables, faster than directly. */
  static boolean tryAdd(Lowering low, Node n, Op.Conv2d c, GemmShape s) {
    if (s.stride() != 1 || s.kernelHeight() != 3 || s.kernelWidth() != 3) {
      return false;
    }
    boolean rests = RestingWeights.rests(low, n.input(1));
    if (low.family() == KernelFamily.CPU) {
      Tunables t = low.tunables("winograd_panel", s.key());
      WinogradPanel p = WinogradPanel.plan(t, s, low.computeUnits(), low.localMemory());
      if (p.possible() && suits(t, s, rests)) {
        p.add(low, n, c, s);
        return true;
      }
    }
    Tunables t = low.tunables("winograd", s.key());
    if (low.half() || !suits(t, s, rests) || !fits(t, s)) {
      return false;
    }
    add(low, n, c, s, t);
    return true;
  }

  /**
   * Worth it where the input is large against the kernels, which take four times the memory in the
   * domain: with few tiles, reading them costs more than is saved. More so where they are brought
   * into the domain each time.
   */
  private static boolean suits(Tunables t, GemmShape s, boolean rests) {
    long most = rests ? MOST_UNPACKED : (long) t.get("MAX_WEIGHT_MIB") << 20;
    return t.get("USE") != 0
        && Math.min(s.depth(), s.cols()) >= t.get("MIN_DEPTH")
        && WinogradTiles.of(s).count() >= t.get("MIN_TILES") * (rests ? 4 : 1)
        && 4L * POSITIONS * s.depth() * s.cols() <= most;
  }

  private static boolean fits(Tunables t, GemmShape s) {
    long domain = 4L * POSITIONS * WinogradTiles.of(s).count() * (s.depth() + s.cols());
    return s.depth() % 4 == 0 && s.cols() % 4 == 0 && domain <= (long) t.get("MAX_MIB") << 20;
  }

  private static void add(Lowering low, Node n, Op.Conv2d c, GemmShape s, Tunables t) {
    WinogradTiles tiles = WinogradTiles.of(s);
    int vecIn = VectorWidth.dividing(t.get("VEC"), s.depth());
    int vecOut = VectorWidth.dividing(t.get("VEC"), s.cols());
    long rows = (long) POSITIONS * tiles.count();
    Ref in = low.scratch().take(rows * s.depth(), 4);
    Ref out = low.scratch().take(rows * s.cols(), 4);
    long tileRows = tiles.count() / tiles.across();

    low.call(n, "winograd", "winograd_input", Tunables.of(Map.of("VEC", vecIn)))
        .tensor(low.ref(n.input(0)))
        .tensor(in)
        .i(s.inHeight())
        .i(s.inWidth())
        .i(s.depth())
        .i(tiles.down())
        .i(s.padding().top())
        .i(s.padding().left())
        .run(
            new long[] {s.depth() / vecIn, tiles.across(), tileRows},
            new long[] {VectorWidth.dividing(8, s.depth() / vecIn), 1, 1});

    GemmShape products = GemmShape.product(POSITIONS, tiles.count(), s.cols(), s.depth());
    Gemm gemm = Gemm.choose(low, products, false);
    gemm.add(
        low,
        n,
        products,
        new Gemm.Factors(
            in,
            (long) tiles.count() * s.depth(),
            WinogradTiles.weights(low, n, s, gemm.panels(false)),
            out,
            (long) tiles.count() * s.cols()),
        Gemm.Epilogue.NONE);

    KernelCall k =
        low.call(n, "winograd", "winograd_output", Tunables.of(Map.of("VEC", vecOut))).tensor(out);
    WinogradTiles.biasAndAddend(low, k, n, c)
        .tensor(low.ref(n))
        .i(s.outHeight())
        .i(s.outWidth())
        .i(s.cols())
        .i(tiles.down())
        .act(c.act())
        .run(
            new long[] {s.cols() / vecOut, tiles.across(), tileRows},
            new long[] {VectorWidth.dividing(8, s.cols() / vecOut), 1, 1});
  }
}
