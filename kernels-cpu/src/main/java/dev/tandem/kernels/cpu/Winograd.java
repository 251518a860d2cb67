package dev.tandem.kernels.cpu;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.kernels.cpu.WinogradStrip.Domain;
import dev.tandem.kernels.cpu.WinogradStrip.Picture;
import dev.tandem.kernels.cpu.WinogradStrip.Sum;
import dev.tandem.kernels.cpu.WinogradStrip.Tiles;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * 3x3 convolutions of stride 1 in the Winograd domain, where they need a part of the
 * multiplications: Java takes groups of tiles into it, one product of oneDNN with a batch of all
 * positions follows, and Java brings the results back.
 */
final class Winograd {
  private final Lowering low;
  private final Team team;
  private final WinogradTiles tiles;
  private final Op.Padding pad;
  private final Picture from;
  private final Picture to;
  private final Sum sum;
  private final Supplier<MemorySegment> pixels;
  private final Supplier<MemorySegment> results;
  private final Place pixelsAt;
  private final Place resultsAt;

  private Winograd(Lowering low, Node n, Op.Conv2d c, WinogradTiles tiles) {
    this.low = low;
    team = low.team();
    this.tiles = tiles;
    pad = c.padding();
    from = Picture.of(low.memory(n.input(0)), n.input(0).shape());
    to = Picture.of(low.memory(n), n.shape());
    Optional<Node> addend = c.addend() ? Optional.of(n.inputs().getLast()) : Optional.empty();
    boolean whole = addend.isPresent() && addend.get().shape().equals(n.shape());
    Optional<MemorySegment> memory = addend.map(low::memory);
    sum =
        new Sum(
            c.bias() ? Optional.of(low.memory(n.input(2))) : Optional.empty(),
            whole ? Optional.empty() : memory,
            whole ? memory.map(m -> Picture.of(m, n.shape())) : Optional.empty(),
            c.act() == Activation.RELU);
    Primitives p = low.primitives();
    long floats = (long) tiles.form().positions() * tiles.groupTiles();
    long first = Primitives.align(floats * tiles.in() * Float.BYTES);
    pixelsAt = p.temporary(0, first);
    resultsAt = p.temporary(first, floats * tiles.out() * Float.BYTES);
    pixels = p.segment(pixelsAt, floats * tiles.in() * Float.BYTES);
    results = p.segment(resultsAt, floats * tiles.out() * Float.BYTES);
  }

  static List<Kernel> conv2d(Lowering low, Node n, Op.Conv2d c, WinogradTiles tiles) {
    Winograd w = new Winograd(low, n, c, tiles);
    Kernel product = w.product(n);
    List<Kernel> kernels = new ArrayList<>();
    for (int g = 0; g < w.tiles.groups(); g++) {
      int first = g * w.tiles.rowsEach();
      int end = Math.min(first + w.tiles.rowsEach(), w.tiles.rows());
      kernels.add(
          w.team.kernel(end - first, (i, space) -> w.input(space.strip(), first, first + i)));
      kernels.add(product);
      kernels.add(
          w.team.kernel(end - first, (i, space) -> w.output(space.strip(), first, first + i)));
    }
    return kernels;
  }

  private Kernel product(Node n) {
    Primitives p = low.primitives();
    long positions = tiles.form().positions();
    long rows = tiles.groupTiles();
    long in = p.layout(positions, rows, tiles.in());
    long out = p.layout(positions, rows, tiles.out());
    long weights = p.anyLayout(positions, tiles.in(), tiles.out());
    long descriptor = MatrixProducts.product(p, in, weights, out, PostOps.none());
    long wanted = p.lib().layoutOf(descriptor, OneDnn.QUERY_WEIGHTS);
    return p.call(descriptor)
        .arg(OneDnn.ARG_SRC, in, pixelsAt)
        .arg(OneDnn.ARG_WEIGHTS, wanted, low.weights().winograd(n, tiles, wanted))
        .arg(OneDnn.ARG_DST, out, resultsAt)
        .build();
  }

  private void input(WinogradStrip strip, int first, int row) {
    Domain domain = new Domain(tiles.form(), pixels.get(), tiles.groupTiles(), tiles.in());
    int most = WinogradStrip.tiles(tiles.form(), tiles.in());
    for (int x = 0; x < tiles.across(); x += most) {
      strip.input(from, pad, strip(first, row, x, most), domain);
    }
  }

  private void output(WinogradStrip strip, int first, int row) {
    Domain domain = new Domain(tiles.form(), results.get(), tiles.groupTiles(), tiles.out());
    int most = WinogradStrip.tiles(tiles.form(), tiles.out());
    for (int x = 0; x < tiles.across(); x += most) {
      strip.output(domain, strip(first, row, x, most), sum, to);
    }
  }

  private Tiles strip(int first, int row, int x, int most) {
    return new Tiles(
        row / tiles.down(),
        row % tiles.down() * tiles.form().tile(),
        x,
        Math.min(most, tiles.across() - x),
        (row - first) * tiles.across() + x);
  }
}
