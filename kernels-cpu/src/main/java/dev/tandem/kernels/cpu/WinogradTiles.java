package dev.tandem.kernels.cpu;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Cost;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.Optional;

/**
 * How the results of a 3x3 convolution of stride 1 are cut into tiles, and these into groups of
 * tile rows that are computed one after another.
 *
 * @param form how large a tile is
 * @param down tiles of a picture's height
 * @param across tiles of a picture's width
 * @param rows tile rows of all pictures of the batch
 * @param rowsEach tile rows of a group
 * @param in channels of the input
 * @param out channels of the result
 */
record WinogradTiles(
    WinogradForm form, int down, int across, int rows, int rowsEach, int in, int out) {
  /** The domain of a group is at most about this large, bytes: the last cache holds it. */
  private static final long GROUP_BYTES = 16 << 20;

  /** With fewer tiles, reading the larger kernels costs what is saved. */
  private static final int MIN_TILES = 12;

  /** With fewer channels, the transforms cost what is saved. */
  private static final int MIN_CHANNELS = 32;

  /** Kernels that are larger in the domain are too much memory for what they save, bytes. */
  private static final long MAX_KERNEL_BYTES = 256L << 20;

  /** Sharing a smaller convolution out over threads costs what is saved. */
  private static final long MIN_SHARED_FLOPS = 1L << 30;

  static WinogradTiles of(Node n, WinogradForm form) {
    Shape s = n.shape();
    int in = n.input(0).shape().dim(3);
    int out = s.dim(3);
    int down = (s.dim(1) + form.tile() - 1) / form.tile();
    int across = (s.dim(2) + form.tile() - 1) / form.tile();
    int rows = Math.multiplyExact(s.dim(0), down);
    long rowBytes = (long) form.positions() * across * (in + out) * Float.BYTES;
    int most = Math.clamp(GROUP_BYTES / rowBytes, 1, rows);
    int groups = (rows + most - 1) / most;
    return new WinogradTiles(form, down, across, rows, (rows + groups - 1) / groups, in, out);
  }

  /**
   * The form by which a convolution is faster than directly; empty if there is none.
   *
   * @param threads that would share it out
   */
  static Optional<WinogradTiles> suiting(Node n, Op.Conv2d c, int threads) {
    Shape kernel = n.input(1).shape();
    if (c.stride() != 1
        || kernel.dim(2) != 3
        || kernel.dim(3) != 3
        || !(c.act() == Activation.NONE || c.act() == Activation.RELU)
        || Math.min(kernel.dim(0), kernel.dim(1)) < MIN_CHANNELS
        || (threads > 1 && Cost.of(n).flops() < MIN_SHARED_FLOPS)) {
      return Optional.empty();
    }
    for (WinogradForm form : WinogradForm.values()) {
      WinogradTiles t = of(n, form);
      if (t.count() >= MIN_TILES && t.kernelFloats() * Float.BYTES <= MAX_KERNEL_BYTES) {
        return Optional.of(t);
      }
    }
    return Optional.empty();
  }

  int count() {
    return rows * across;
  }

  int groups() {
    return (rows + rowsEach - 1) / rowsEach;
  }

  /** Tiles of a group; the last one may have some that are not used. */
  int groupTiles() {
    return rowsEach * across;
  }

  /** How much larger the kernels are in the domain, bytes. */
  long extraBytes() {
    return (form.positions() - 9L) * in * out * Float.BYTES;
  }

  /** Floats of the kernels in the domain, {@code [positions, in, out]}. */
  long kernelFloats() {
    return (long) form.positions() * in * out;
  }
}
