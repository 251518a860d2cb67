package dev.tandem.stages.vae;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One side of a picture, covered by tiles of one size that overlap. Where they do, the picture is
 * blended with linear ramps, as diffusers' {@code AutoencoderKL.tiled_decode} does; here the ramps
 * leave out the outermost quarter of the overlap, which the tile's missing surroundings spoil most.
 *
 * @param size of the whole side, latents
 * @param tile of each tile, latents; at most {@code size}
 * @param starts first latent of each tile, rising
 */
public record TileAxis(int size, int tile, List<Integer> starts) {
  /** The part of an overlap at each end where the tile that ends there has no share. */
  private static final double MARGIN = 0.25;

  public TileAxis {
    starts = List.copyOf(starts);
  }

  /**
   * Covers a side with as few tiles as overlap by at least a quarter, evenly spread.
   *
   * @param most largest tile, latents
   */
  public static TileAxis of(int size, int most) {
    if (size < 1 || most < 1) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "tiles of %d latents cannot cover %d latents", most, size));
    }
    if (size <= most) {
      return new TileAxis(size, size, List.of(0));
    }
    int overlap = Math.ceilDiv(most, 4);
    int stride = Math.max(1, most - overlap);
    int count = Math.ceilDiv(size - most, stride) + 1;
    List<Integer> starts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      starts.add(Math.toIntExact(Math.round((double) i * (size - most) / (count - 1))));
    }
    return new TileAxis(size, most, starts);
  }

  /** Number of tiles. */
  public int count() {
    return starts.size();
  }

  /**
   * A tile's share in each of its pixels; the shares of all tiles in a pixel sum to 1.
   *
   * @param scale pixels of a latent
   */
  public float[] shares(int index, int scale) {
    float[] shares = new float[tile * scale];
    for (int p = 0; p < shares.length; p++) {
      double at = (double) starts.get(index) * scale + p + 0.5;
      double sum = 0;
      for (int i = 0; i < starts.size(); i++) {
        sum += weight(i, at / scale);
      }
      shares[p] = (float) (weight(index, at / scale) / sum);
    }
    return shares;
  }

  /** How much a tile weighs at a place, before all weights there are made to sum to 1. */
  private double weight(int i, double at) {
    int start = starts.get(i);
    if (at < start || at > start + tile) {
      return 0;
    }
    double rising = i == 0 ? 1 : ramp(at - start, overlap(i));
    double falling = i == count() - 1 ? 1 : ramp(start + tile - at, overlap(i + 1));
    return Math.min(rising, falling);
  }

  /** Latents that a tile shares with the one before it. */
  private int overlap(int i) {
    return starts.get(i - 1) + tile - starts.get(i);
  }

  private static double ramp(double depth, int overlap) {
    double margin = MARGIN * overlap;
    return Math.clamp((depth - margin) / (overlap - 2 * margin), 0, 1);
  }
}
