package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable;
import dev.tandem.graph.Shape;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.vae.LatentScaling;
import dev.tandem.stages.vae.Tiles;
import dev.tandem.stages.vae.Vae;

/**
 * Latents to pixels with a VAE, compiled for the size of the latest picture or, where that is
 * larger, of a tile. One thread at a time.
 */
public final class DecodeStage implements AutoCloseable {
  private final Vae vae;
  private final LatentScaling scaling;
  private final ModelWeights weights;
  private final Device device;
  private final CompileOptions options;
  private Executable executable;
  private int largestTile = Integer.MAX_VALUE;

  public DecodeStage(ModelFolder folder, Device device, CompileOptions options) {
    Component part = folder.component("vae");
    this.weights = part.weights();
    this.vae = part.read(json -> Vae.of(json, weights.names()));
    this.scaling = vae.latentScaling().inPipeline(folder.isXl());
    this.device = device;
    this.options = options;
  }

  public Vae vae() {
    return vae;
  }

  /**
   * From the next picture on, decodes pictures of more latents than this each way in overlapping
   * tiles (see {@link Tiles}). A picture that is one tile comes out as without tiling.
   */
  public void tile(int latents) {
    largestTile = latents;
  }

  /** Whether {@link #decode} would not have to compile first. */
  public boolean ready(int height, int width) {
    return ready(Tiles.of(height, width, largestTile));
  }

  private boolean ready(Tiles tiles) {
    Shape latents = Shape.of(1, tiles.height(), tiles.width(), vae.latentChannels());
    return executable != null && executable.input(Vae.LATENTS).shape().equals(latents);
  }

  private void prepare(Tiles tiles) {
    if (!ready(tiles)) {
      if (executable != null) {
        executable.close();
        executable = null;
      }
      executable = device.compile(vae.decode(1, tiles.height(), tiles.width()), weights, options);
    }
  }

  /**
   * Decodes a picture; compiles first where needed.
   *
   * @param latents of the denoiser, {@code [height, width, channels]}
   * @return values from 0 to 1, {@code [8 * height, 8 * width, 3]}
   */
  public float[] decode(float[] latents, int height, int width, Runner runner) {
    Tiles tiles = Tiles.of(height, width, largestTile);
    prepare(tiles);
    float[] scaled = latents.clone();
    scaling.toDecoder(scaled);
    int scale = vae.scaleFactor();
    float[] out = new float[height * scale * width * scale * 3];
    int step = 0;
    for (Tiles.Tile t : tiles.all()) {
      executable.input(Vae.LATENTS).set(tiles.cut(scaled, t, vae.latentChannels()));
      runner.run(executable, step++);
      tiles.blend(executable.output(Vae.IMAGE).toFloats(), t, scale, out);
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = Math.clamp(out[i] / 2 + 0.5f, 0f, 1f);
    }
    return out;
  }

  /** Memory of the compiled decoder, 0 if it is not; bytes on the device. */
  public long bytes() {
    return executable == null ? 0 : executable.memory().total();
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
    if (executable != null) {
      executable.close();
    }
    weights.close();
  }
}
