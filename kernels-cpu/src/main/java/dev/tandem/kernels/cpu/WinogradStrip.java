package dev.tandem.kernels.cpu;

import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;

/**
 * Takes a strip of tiles side by side into the Winograd domain and their results out of it. Native
 * memory is read and written a row at a time, and what is computed lies in arrays of {@code [tile,
 * channel]}, one for each position of the window, that stay in a core's cache. One thread at a
 * time.
 */
final class WinogradStrip {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  /** The arrays of a strip take about this much, bytes. */
  private static final int BYTES = 256 << 10;

  private float[][] pixels = new float[0][]; // a row of the window: [x, channel]
  private float[][][] window = new float[0][][]; // [y][x][tile, channel]
  private final float[][] column = new float[WinogradForm.F4.window()][];
  private float[] addend = new float[0];
  private float[] row = new float[0];

  /** How many tiles of that many channels a strip has at most. */
  static int tiles(WinogradForm form, int channels) {
    return Math.max(1, BYTES / (form.positions() * channels * Float.BYTES));
  }

  private void room(WinogradForm form, int tiles, int channels) {
    int size = form.window();
    int length = (form.tile() * tiles + 2) * channels;
    if (row.length < length || pixels.length < size) {
      pixels = new float[size][length];
      row = new float[length];
    }
    if (addend.length < tiles * channels || window.length < size) {
      window = new float[size][size][tiles * channels];
      addend = new float[tiles * channels];
    }
  }

  /** A value {@code [batch, height, width, channels]} in memory. */
  record Picture(MemorySegment data, int height, int width, int channels) {
    static Picture of(MemorySegment data, Shape s) {
      return new Picture(data, s.dim(1), s.dim(2), s.dim(3));
    }

    long offset(int item, int y, int x) {
      return (((long) item * height + y) * width + x) * channels * Float.BYTES;
    }
  }

  /**
   * Some tiles of a tile row.
   *
   * @param item of the batch
   * @param top first row of the results
   * @param first column of tiles
   * @param tiles how many
   * @param index of the first tile in its group's domain
   */
  record Tiles(int item, int top, int first, int tiles, int index) {}

  /** A group's values in the domain, {@code [positions, tiles, channels]}. */
  record Domain(WinogradForm form, MemorySegment data, int tiles, int channels) {
    long offset(int y, int x, int tile) {
      return ((long) (y * form.window() + x) * tiles + tile) * channels * Float.BYTES;
    }
  }

  /** Pixels into the domain. */
  void input(Picture from, Op.Padding pad, Tiles t, Domain to) {
    WinogradForm form = to.form();
    int channels = from.channels();
    room(form, t.tiles(), channels);
    int tile = form.tile();
    int across = tile * t.tiles() + 2;
    for (int y = 0; y < form.window(); y++) {
      pixels(from, t, t.top() - pad.top() + y, tile * t.first() - pad.left(), across, pixels[y]);
    }
    form.input(pixels, across * channels);
    int n = t.tiles() * channels;
    for (int y = 0; y < form.window(); y++) {
      float[][] line = window[y];
      for (int x = 0; x < form.window(); x++) {
        for (int i = 0; i < t.tiles(); i++) {
          System.arraycopy(pixels[y], (tile * i + x) * channels, line[x], i * channels, channels);
        }
      }
      form.input(line, n);
      for (int x = 0; x < form.window(); x++) {
        MemorySegment.copy(line[x], 0, to.data(), F32, to.offset(y, x, t.index()), n);
      }
    }
  }

  /** Pixels {@code [left, left + across)} of a row; zeros outside the picture. */
  private static void pixels(Picture from, Tiles t, int y, int left, int across, float[] to) {
    int channels = from.channels();
    int begin = Math.clamp(-left, 0, across);
    int end = y < 0 || y >= from.height() ? begin : Math.clamp(from.width() - left, begin, across);
    Arrays.fill(to, 0, begin * channels, 0);
    Arrays.fill(to, end * channels, across * channels, 0);
    if (end > begin) {
      long at = from.offset(t.item(), y, left + begin);
      MemorySegment.copy(from.data(), F32, at, to, begin * channels, (end - begin) * channels);
    }
  }

  /**
   * What is added to results.
   *
   * @param bias one number a channel
   * @param channelAddend one number a channel and picture, {@code [batch, channels]}
   * @param addend as large as the results
   */
  record Sum(
      Optional<MemorySegment> bias,
      Optional<MemorySegment> channelAddend,
      Optional<Picture> addend,
      boolean relu) {}

  /** Results out of the domain. */
  void output(Domain from, Tiles t, Sum sum, Picture to) {
    WinogradForm form = from.form();
    int channels = to.channels();
    room(form, t.tiles(), channels);
    int n = t.tiles() * channels;
    for (int y = 0; y < form.window(); y++) {
      float[][] line = window[y];
      for (int x = 0; x < form.window(); x++) {
        MemorySegment.copy(from.data(), F32, from.offset(y, x, t.index()), line[x], 0, n);
      }
      form.output(line, n);
    }
    int tile = form.tile();
    for (int x = 0; x < tile; x++) {
      for (int y = 0; y < form.window(); y++) {
        column[y] = window[y][x];
      }
      form.output(column, n);
    }
    boolean constants = constants(sum, t, channels);
    int valid = Math.min(tile * t.tiles(), to.width() - tile * t.first());
    for (int y = 0; y < Math.min(tile, to.height() - t.top()); y++) {
      for (int x = 0; x < tile; x++) {
        if (constants) {
          add(window[y][x], addend, n);
        }
        for (int i = 0; i < t.tiles(); i++) {
          System.arraycopy(window[y][x], i * channels, row, (tile * i + x) * channels, channels);
        }
      }
      long at = to.offset(t.item(), t.top() + y, tile * t.first());
      if (sum.addend().isPresent()) {
        MemorySegment.copy(sum.addend().get().data(), F32, at, pixels[0], 0, valid * channels);
        add(row, pixels[0], valid * channels);
      }
      if (sum.relu()) {
        relu(row, valid * channels);
      }
      MemorySegment.copy(row, 0, to.data(), F32, at, valid * channels);
    }
  }

  /**
   * Puts what is added to every pixel into {@code addend}, once for each tile; false if nothing.
   */
  private boolean constants(Sum sum, Tiles t, int channels) {
    if (sum.bias().isPresent()) {
      MemorySegment.copy(sum.bias().get(), F32, 0, addend, 0, channels);
    } else if (sum.channelAddend().isPresent()) {
      Arrays.fill(addend, 0, channels, 0);
    } else {
      return false;
    }
    if (sum.channelAddend().isPresent()) {
      long at = (long) t.item() * channels * Float.BYTES;
      MemorySegment.copy(sum.channelAddend().get(), F32, at, row, 0, channels);
      add(addend, row, channels);
    }
    for (int i = 1; i < t.tiles(); i++) {
      System.arraycopy(addend, 0, addend, i * channels, channels);
    }
    return true;
  }

  private static void add(float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      a[i] += b[i];
    }
  }

  private static void relu(float[] a, int n) {
    for (int i = 0; i < n; i++) {
      a[i] = Math.max(a[i], 0);
    }
  }
}
