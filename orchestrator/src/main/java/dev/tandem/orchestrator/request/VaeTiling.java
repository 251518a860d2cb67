package dev.tandem.orchestrator.request;

/**
 * When pictures are decoded in bands of rows or in overlapping tiles.
 *
 * @param tile largest side of a tile, latents; 0 for {@value #DEFAULT_TILE} with {@link Mode#ON};
 *     with {@link Mode#AUTO} a size allows tiles of it where nothing exact fits
 */
public record VaeTiling(Mode mode, int tile) {
  /** As in diffusers, where the model was trained with 512 pixels. */
  public static final int DEFAULT_TILE = 64;

  public static final int SMALLEST_TILE = 8;
  public static final VaeTiling AUTO = new VaeTiling(Mode.AUTO, 0);

  /** When to tile. */
  public enum Mode {
    /**
     * In bands where a device's memory does not suffice for the whole picture; in tiles only where
     * bands do not fit either, and only if that is allowed.
     */
    AUTO,
    /** In bands, as high as memory allows: the same picture but for rounding. */
    BANDS,
    /** In tiles whatever is larger than a tile: a picture that differs a little. */
    ON,
    /** Never. */
    OFF
  }

  public VaeTiling {
    if (tile != 0 && tile < SMALLEST_TILE) {
      throw new RequestException(
          "a VAE tile must be at least " + SMALLEST_TILE + " latents wide, got " + tile);
    }
  }
}
