package dev.tandem.orchestrator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.graph.Graph;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.clip.ClipTextConfig;
import dev.tandem.stages.clip.ClipTextModel;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import dev.tandem.stages.vae.Vae;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The graphs of a model at its own picture size, with how often each runs for one picture: what
 * kernels are tuned for.
 */
public final class ModelGraphs {
  private static final int OTHER_LATENTS = 64; // where the config does not say
  private static final double UNGUIDED_SHARE = 0.25;

  private ModelGraphs() {}

  /**
   * A graph.
   *
   * @param runs for one picture with guidance and the default number of steps; fractions where not
   *     every picture needs it
   */
  public record ModelGraph(Graph graph, double runs) {}

  /**
   * Text encoders, U-Net with and without guidance, and decoder of a model.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if a part is missing or damaged
   */
  public static List<ModelGraph> of(Path folder) {
    ModelFolder model = ModelFolder.open(folder);
    List<ModelGraph> all = new ArrayList<>();
    int tokens = 0;
    for (String part : List.of("text_encoder", "text_encoder_2")) {
      if (model.has(part)) {
        Component c = model.component(part);
        ClipTextConfig config = ClipTextConfig.of(c.config().json());
        all.add(text(config, names(c)));
        tokens = config.maxPositions();
      }
    }
    Component vae = model.component("vae");
    all.addAll(
        pictures(
            UNet2DConfig.of(model.component("unet").config().json()),
            Vae.of(vae.config().json(), names(vae)),
            tokens));
    return all;
  }

  /** The graphs of Stable Diffusion 1.5 at 512 x 512 pixels; no checkpoint is needed. */
  public static List<ModelGraph> stableDiffusion15() {
    ClipTextConfig text = ClipTextConfig.of(config("text"));
    List<ModelGraph> all = new ArrayList<>();
    all.add(text(text, Set.of()));
    all.addAll(
        pictures(
            UNet2DConfig.of(config("unet")), Vae.of(config("vae"), Set.of()), text.maxPositions()));
    return all;
  }

  private static ModelGraph text(ClipTextConfig config, Set<String> names) {
    return new ModelGraph(new ClipTextModel(config, names).graph(1, config.maxPositions()), 2);
  }

  private static List<ModelGraph> pictures(UNet2DConfig config, Vae vae, int tokens) {
    UNet2DConditionModel unet = new UNet2DConditionModel(config);
    List<Integer> size = config.sampleSize();
    int height = size.isEmpty() ? OTHER_LATENTS : size.getFirst();
    int width = size.isEmpty() ? OTHER_LATENTS : size.getLast();
    return List.of(
        new ModelGraph(unet.graph(2, height, width, tokens), Request.DEFAULT_STEPS),
        new ModelGraph(
            unet.graph(1, height, width, tokens), UNGUIDED_SHARE * Request.DEFAULT_STEPS),
        new ModelGraph(vae.decode(1, height, width), 1));
  }

  private static Set<String> names(Component c) {
    try (SafeTensors weights = c.weights()) {
      return Set.copyOf(weights.names());
    }
  }

  private static JsonNode config(String part) {
    try (InputStream in = ModelGraphs.class.getResourceAsStream("sd15/" + part + ".json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
