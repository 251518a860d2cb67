package dev.tandem.stages;

import dev.tandem.graph.Graph;
import dev.tandem.stages.checkpoint.ModelFolder;
import java.util.List;

/**
 * The graphs of a model's stages, without a device: what they compute and need is known from it.
 */
public final class StageGraphs {
  private final ModelParts parts;

  /**
   * Reads and checks a model.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if a part is missing, damaged or does
   *     not fit the others
   */
  public StageGraphs(ModelFolder folder) {
    this(ModelParts.read(folder));
  }

  /** The graphs of a model. */
  public StageGraphs(ModelParts parts) {
    this.parts = parts;
  }

  /** Text encoders for one prompt. */
  public List<Graph> text() {
    return parts.text().stream().map(t -> t.model().graph(1, t.tokens())).toList();
  }

  /**
   * One evaluation of the U-Net.
   *
   * @param width of the picture, pixels
   * @param height of the picture, pixels
   */
  public Graph unet(int batch, int width, int height) {
    int scale = scaleFactor();
    return parts.unet().graph(batch, height / scale, width / scale, parts.tokens());
  }

  /**
   * Latents to one picture.
   *
   * @param width of the picture, pixels
   * @param height of the picture, pixels
   */
  public Graph vae(int width, int height) {
    return parts.vae().decode(1, height / scaleFactor(), width / scaleFactor());
  }

  /** Pixels that a latent stands for, each way. */
  public int scaleFactor() {
    return parts.vae().scaleFactor();
  }

  private int pixels(int latents) {
    return (int) Math.min(Integer.MAX_VALUE, (long) latents * scaleFactor());
  }

  /** Width and height of the pictures that the model was made for, pixels. */
  public List<Integer> ownSize() {
    List<Integer> latents = parts.unet().config().sampleSize();
    int width = latents.isEmpty() ? 64 : latents.getLast();
    int height = latents.isEmpty() ? 64 : latents.getFirst();
    return List.of(pixels(width), pixels(height));
  }

  /** Whether the prompt and its negative are both asked: not for a distilled guidance scale. */
  public boolean guided(float guidance) {
    return guidance > 1 && parts.unet().config().time().condDim() == 0;
  }
}
