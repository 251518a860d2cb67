package dev.tandem.stages;

/** In which form latents are decoded. */
public sealed interface Decoding {
  /** The usual form: the whole picture at once. */
  Decoding WHOLE = new Whole();

  /** The whole picture at once. */
  record Whole() implements Decoding {}

  /**
   * In bands, see {@link dev.tandem.stages.vae.BandProgram}: the same picture but for rounding.
   *
   * @param rows of every map that a device holds at a time, at most
   */
  record Bands(int rows) implements Decoding {
    public Bands {
      if (rows < 1) {
        throw new IllegalArgumentException("a band must have a row, got " + rows);
      }
    }
  }

  /**
   * In overlapping tiles, see {@link dev.tandem.stages.vae.Tiles}: a picture that differs a little.
   *
   * @param side largest side of a tile, latents
   */
  record Tiled(int side) implements Decoding {}
}
