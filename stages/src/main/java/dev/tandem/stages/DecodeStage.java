package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Executables;
import dev.tandem.stages.vae.LatentScaling;
import dev.tandem.stages.vae.Tiles;
import dev.tandem.stages.vae.Vae;

/**
 * Latents to pixels with a VAE, compiled for the size of the picture or, where asked, of a band or
 * a tile. Closing it lets the weights go, not what was compiled. One thread at a time.
 */
public final class DecodeStage implements AutoCloseable {
  private final CompiledPart vae;
  private final ModelPlan plan;
  private final LatentScaling scaling;
  private final int channels;
  private final int scale;
  private Decoding form = Decoding.WHOLE;

  /** Opens the weights; the device is not used yet. */
  public DecodeStage(ModelPlan plan, Executables executables, CompileOptions options) {
    vae = CompiledPart.only(plan, StagePlan.DECODE, executables, options);
    this.plan = plan;
    scaling = plan.latentScaling();
    channels = plan.latentChannels();
    scale = plan.scaleFactor();
  }

  /** From the next picture on, decodes in that form. */
  public void form(Decoding value) {
    form = value;
  }

  private Tiles tiles(int height, int width) {
    return Tiles.of(height, width, form instanceof Decoding.Tiled t ? t.side() : Integer.MAX_VALUE);
  }

  /** Whether {@link #decode} would not have to compile first. */
  public boolean ready(int height, int width) {
    Tiles tiles = tiles(height, width);
    return !(form instanceof Decoding.Bands)
        && vae.ready(1, tiles.width() * scale, tiles.height() * scale);
  }

  /**
   * Decodes a picture; compiles first where needed.
   *
   * @param latents of the denoiser, {@code [height, width, channels]}
   * @return values from 0 to 1, {@code [scale * height, scale * width, 3]}
   */
  public float[] decode(float[] latents, int height, int width, Runner runner) {
    float[] scaled = latents.clone();
    scaling.toDecoder(scaled);
    float[] out =
        form instanceof Decoding.Bands b
            ? bands(scaled, height, width, b.rows(), runner)
            : tiles(scaled, height, width, runner);
    toUnit(out);
    return out;
  }

  /** A decoder's values, -1 to 1 or a little beyond, to 0 to 1, in place. */
  public static void toUnit(float[] image) {
    for (int i = 0; i < image.length; i++) {
      image[i] = Math.clamp(image[i] / 2 + 0.5f, 0f, 1f);
    }
  }

  private float[] bands(float[] latents, int height, int width, int rows, Runner runner) {
    try (BandDecoder bands = new BandDecoder(plan.bands(height, width), vae, rows, runner)) {
      return bands.decode(latents);
    }
  }

  /** A picture that is one tile is decoded whole. */
  private float[] tiles(float[] latents, int height, int width, Runner runner) {
    Tiles tiles = tiles(height, width);
    Executable executable = vae.get(1, tiles.width() * scale, tiles.height() * scale);
    float[] out = new float[height * scale * width * scale * 3];
    int step = 0;
    for (Tiles.Tile t : tiles.all()) {
      executable.input(Vae.LATENTS).set(tiles.cut(latents, t, channels));
      runner.run(executable, step++);
      tiles.blend(executable.output(Vae.IMAGE).toFloats(), t, scale, out);
    }
    return out;
  }

  /** Memory of the decoder compiled for a picture, 0 if it is not; bytes on the device. */
  public long bytes(int height, int width) {
    Tiles tiles = tiles(height, width);
    return vae.bytes(1, tiles.width() * scale, tiles.height() * scale);
  }

  /** Values from 0 to 1 to bytes, rounded half to even as NumPy does. */
  public static byte[] toBytes(float[] image) {
    byte[] out = new byte[image.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) (int) Math.rint(image[i] * 255.0);
    }
    return out;
  }

  @Override
  public void close() {
    vae.close();
  }
}
