package dev.tandem.stages.vae;

import dev.tandem.devices.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * A whole map {@code [height, width, channels]} in the host's memory, read and written by rows. Its
 * memory is the arena's.
 */
public final class FeatureMap {
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int height;
  private final int width;
  private final int channels;
  private final MemorySegment data;

  private FeatureMap(int height, int width, int channels, MemorySegment data) {
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.data = data;
  }

  /** A map of zeros. */
  public static FeatureMap allocate(Arena arena, int height, int width, int channels) {
    return new FeatureMap(
        height, width, channels, arena.allocate(bytes(height, width, channels), 64));
  }

  /** Size of a map in memory. */
  static long bytes(int height, int width, int channels) {
    return (long) height * width * channels * Float.BYTES;
  }

  /**
   * The same memory as a map of no more channels: rows may be written over rows that were read
   * before, from the first on.
   */
  public FeatureMap narrowed(int fewer) {
    return new FeatureMap(height, width, fewer, data.asSlice(0, bytes(height, width, fewer)));
  }

  public int height() {
    return height;
  }

  public int channels() {
    return channels;
  }

  private long rowBytes() {
    return (long) width * channels * Float.BYTES;
  }

  private float[] newRow() {
    return new float[width * channels];
  }

  private void row(int r, float[] into) {
    MemorySegment.copy(data, F32, r * rowBytes(), into, 0, into.length);
  }

  /**
   * Copies rows, enlarged to the nearest neighbour and normalised; rows beyond the map are zeros.
   *
   * @param to {@code [1, rows, scale * width, channels]}
   * @param first row of the enlarged map, may be negative
   * @param scale times as many rows and columns
   */
  public void read(Tensor to, int first, int scale, Optional<ChannelNorm> norm) {
    int rows = to.shape().dim(1);
    float[] row = newRow();
    float[] wide = scale == 1 ? row : new float[row.length * scale];
    int have = -1;
    for (int i = 0; i < rows; i++) {
      int r = Math.floorDiv(first + i, scale);
      long at = (long) i * wide.length * Float.BYTES;
      if (r < 0 || r >= height) {
        to.data().asSlice(at, (long) wide.length * Float.BYTES).fill((byte) 0);
        continue;
      }
      if (r != have) {
        row(r, row);
        norm.ifPresent(n -> n.apply(row));
        widen(row, wide, scale);
        have = r;
      }
      MemorySegment.copy(wide, 0, to.data(), F32, at, wide.length);
    }
  }

  private void widen(float[] row, float[] wide, int scale) {
    for (int x = 0; scale > 1 && x < width * scale; x++) {
      System.arraycopy(row, x / scale * channels, wide, x * channels, channels);
    }
  }

  /**
   * Overwrites rows.
   *
   * @param from {@code [1, rows, width, channels]}
   * @param skip rows of it that are left out at its beginning
   * @param first row of this map that gets the first row taken
   * @param count how many
   */
  public void write(Tensor from, int skip, int first, int count) {
    MemorySegment.copy(
        from.data(), skip * rowBytes(), data, first * rowBytes(), count * rowBytes());
  }

  /** The group norm of this map, with the statistics of all of it. */
  public ChannelNorm norm(int groups, float eps, float[] gamma, float[] beta) {
    GroupSums sums = new GroupSums(channels, groups);
    float[] row = newRow();
    for (int r = 0; r < height; r++) {
      row(r, row);
      sums.add(row);
    }
    return sums.norm(eps, gamma, beta);
  }

  /** All values, {@code [height, width, channels]}. */
  public float[] toFloats() {
    float[] out = new float[Math.toIntExact((long) height * width * channels)];
    MemorySegment.copy(data, F32, 0, out, 0, out.length);
    return out;
  }
}
