package dev.tandem.stages;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.graph.Graph;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.clip.ClipTextConfig;
import dev.tandem.stages.clip.ClipTextModel;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import dev.tandem.stages.vae.Vae;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The graphs of a model's stages, without a device: what they compute and need is known from it.
 */
public final class StageGraphs {
  private final List<ClipTextModel> encoders = new ArrayList<>();
  private final UNet2DConditionModel unet;
  private final Vae vae;

  /**
   * Reads the configuration of a model and the names of its weights.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if a part is missing or damaged
   */
  public StageGraphs(ModelFolder folder) {
    for (String part : List.of("text_encoder", "text_encoder_2")) {
      if (folder.has(part)) {
        Component c = folder.component(part);
        encoders.add(new ClipTextModel(ClipTextConfig.of(config(c)), names(c)));
      }
    }
    unet = new UNet2DConditionModel(UNet2DConfig.of(config(folder.component("unet"))));
    Component c = folder.component("vae");
    vae = Vae.of(config(c), names(c));
  }

  private static JsonNode config(Component c) {
    return c.config().json();
  }

  private static Set<String> names(Component c) {
    try (ModelWeights weights = c.weights()) {
      return Set.copyOf(weights.names());
    }
  }

  /** Text encoders for one prompt. */
  public List<Graph> text() {
    return encoders.stream().map(e -> e.graph(1, e.config().maxPositions())).toList();
  }

  /**
   * One evaluation of the U-Net.
   *
   * @param width of the picture, pixels
   * @param height of the picture, pixels
   */
  public Graph unet(int batch, int width, int height) {
    int scale = vae.scaleFactor();
    int tokens = encoders.getFirst().config().maxPositions();
    return unet.graph(batch, height / scale, width / scale, tokens);
  }

  /**
   * Latents to one picture.
   *
   * @param width of the picture, pixels
   * @param height of the picture, pixels
   */
  public Graph vae(int width, int height) {
    return vae.decode(1, height / vae.scaleFactor(), width / vae.scaleFactor());
  }

  /** Pixels that a latent stands for, each way. */
  public int scaleFactor() {
    return vae.scaleFactor();
  }

  /** Width and height of the pictures that the model was made for, pixels. */
  public List<Integer> ownSize() {
    List<Integer> latents = unet.config().sampleSize();
    int width = latents.isEmpty() ? 64 : latents.getLast();
    int height = latents.isEmpty() ? 64 : latents.getFirst();
    return List.of(width * scaleFactor(), height * scaleFactor());
  }

  /** Whether the prompt and its negative are both asked: not for a distilled guidance scale. */
  public boolean guided(float guidance) {
    return guidance > 1 && unet.config().time().condDim() == 0;
  }
}
