package dev.tandem.stages.vae;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A picture's latents cut into equal, overlapping tiles, and their pictures put together again.
 *
 * <p>A tile knows nothing of its surroundings: its convolutions see zeros beyond its border, its
 * attention sees it alone, and its group norms take mean and variance of it instead of the whole
 * picture. So a tiled picture differs a little from an untiled one everywhere, by tints more than
 * by edges; ramps keep the difference smooth.
 */
public record Tiles(TileAxis rows, TileAxis columns) {
  private static final int RGB = 3;

  /** One tile, by its number along each side. */
  public record Tile(int row, int column) {}

  /**
   * Tiles of latents.
   *
   * @param most largest side of a tile, latents
   */
  public static Tiles of(int height, int width, int most) {
    return new Tiles(TileAxis.of(height, most), TileAxis.of(width, most));
  }

  /** Latents of each tile. */
  public int height() {
    return rows.tile();
  }

  /** Latents of each tile. */
  public int width() {
    return columns.tile();
  }

  /** All tiles, row by row. */
  public List<Tile> all() {
    return IntStream.range(0, rows.count() * columns.count())
        .mapToObj(i -> new Tile(i / columns.count(), i % columns.count()))
        .toList();
  }

  /** A tile's part of {@code [height, width, channels]}. */
  public float[] cut(float[] latents, Tile t, int channels) {
    float[] out = new float[height() * width() * channels];
    int row = width() * channels;
    for (int y = 0; y < height(); y++) {
      int from =
          ((rows.starts().get(t.row()) + y) * columns.size() + columns.starts().get(t.column()));
      System.arraycopy(latents, from * channels, out, y * row, row);
    }
    return out;
  }

  /**
   * Adds a tile's share to the picture.
   *
   * @param tile {@code [scale * height, scale * width, 3]} of the tile
   * @param picture the same of the whole picture, zeros at first
   */
  public void blend(float[] tile, Tile t, int scale, float[] picture) {
    float[] down = rows.shares(t.row(), scale);
    float[] across = columns.shares(t.column(), scale);
    int top = rows.starts().get(t.row()) * scale;
    int left = columns.starts().get(t.column()) * scale;
    int from = 0;
    for (int y = 0; y < down.length; y++) {
      int to = ((top + y) * columns.size() * scale + left) * RGB;
      for (float share : across) {
        for (int c = 0; c < RGB; c++) {
          picture[to++] += down[y] * share * tile[from++];
        }
      }
    }
  }
}
