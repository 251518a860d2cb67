package dev.tandem.kernels.opencl.plan;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.Map;

/**
 * 3x3 convolutions of stride 1 by {@code winograd_panel.cl}: one kernel, whose work-items keep a
 * group of tiles in local memory from input to result.
 *
 * @param vec floats of a vector
 * @param width columns of a panel
 * @param block tiles of a register block
 * @param group tiles of a work-item, a multiple of {@code block}
 * @param panelsEach panels of a work-item
 */
record WinogradPanel(int vec, int width, int block, int group, int panelsEach) {
  private static final int POSITIONS = WinogradTiles.POSITIONS;

  /**
   * Shares the work out: groups of tiles where there are enough for every compute unit, else groups
   * of panels. A group of 0 tiles means that the local memory is too small.
   */
  static WinogradPanel plan(Tunables t, GemmShape s, int computeUnits, long localMemory) {
    int vec = t.get("VEC");
    int nv = s.cols() <= vec ? 1 : t.get("NV");
    int mr = t.get("MR");
    long tileBytes = 4L * POSITIONS * (s.depth() + nv * vec);
    long cached = Math.min((long) t.get("CHUNK_KIB") << 10, localMemory);
    int most = Math.toIntExact(cached / tileBytes / mr * mr);
    int tiles = WinogradTiles.of(s).count();
    int panels = (s.cols() + nv * vec - 1) / (nv * vec);
    if (most == 0 || s.depth() % vec != 0) {
      return new WinogradPanel(vec, nv * vec, mr, 0, panels);
    }
    if (tiles < computeUnits * mr) {
      int each = (panels + computeUnits - 1) / computeUnits;
      return new WinogradPanel(vec, nv * vec, mr, Math.min(most, roundUp(tiles, mr)), each);
    }
    int rounds = 1;
    while (roundUp((tiles + computeUnits * rounds - 1) / (computeUnits * rounds), mr) > most) {
      rounds++;
    }
    int group = roundUp((tiles + computeUnits * rounds - 1) / (computeUnits * rounds), mr);
    return new WinogradPanel(vec, nv * vec, mr, group, panels);
  }

  private static int roundUp(int n, int multiple) {
    return (n + multiple - 1) / multiple * multiple;
  }

  /** True if a group fits the local memory. */
  boolean possible() {
    return group > 0;
  }

  void add(Lowering low, Node n, Op.Conv2d c, GemmShape s) {
    WinogradTiles tiles = WinogradTiles.of(s);
    Panels p = new Panels(width, 0);
    int panels = p.count(s.cols());
    Tunables defines = Tunables.of(Map.of("VEC", vec, "NV", width / vec, "MR", block));
    KernelCall k =
        low.call(n, "winograd_panel", "winograd", defines)
            .tensor(low.ref(n.input(0)))
            .tensor(WinogradTiles.weights(low, n, s, p));
    WinogradTiles.biasAndAddend(low, k, n, c)
        .tensor(low.ref(n))
        .local(4L * POSITIONS * group * s.depth())
        .local(4L * POSITIONS * group * width)
        .i(s.inHeight())
        .i(s.inWidth())
        .i(s.depth())
        .i(s.outHeight())
        .i(s.outWidth())
        .i(s.cols())
        .i(s.padding().top())
        .i(s.padding().left())
        .i(tiles.down())
        .i(tiles.across())
        .i(tiles.count())
        .i(group)
        .i(panels)
        .i(panelsEach)
        .act(c.act())
        .run(
            new long[] {
              (panels + panelsEach - 1) / panelsEach, (tiles.count() + group - 1) / group
            },
            new long[] {1, 1});
  }
}
