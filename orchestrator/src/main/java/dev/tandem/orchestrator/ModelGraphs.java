package dev.tandem.orchestrator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.graph.Graph;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.StagePlan;
import dev.tandem.stages.checkpoint.ModelFolder;
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
  private static final int PROMPTS = 2; // the prompt and its negative
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
    ModelPlan plan = ModelPlan.of(ModelFolder.open(folder));
    int width = plan.ownWidth();
    int height = plan.ownHeight();
    List<ModelGraph> all = new ArrayList<>();
    StagePlan unet = plan.stage(StagePlan.DENOISE);
    plan.stage(StagePlan.TEXT)
        .graphs(1, width, height)
        .forEach(g -> all.add(new ModelGraph(g, PROMPTS)));
    all.addAll(
        pictures(
            unet.graphs(2, width, height).getFirst(),
            unet.graphs(1, width, height).getFirst(),
            plan.stage(StagePlan.DECODE).graphs(1, width, height).getFirst()));
    return all;
  }

  /** The graphs of Stable Diffusion 1.5 at 512 x 512 pixels; no checkpoint is needed. */
  public static List<ModelGraph> stableDiffusion15() {
    ClipTextConfig text = ClipTextConfig.of(config("text"));
    UNet2DConditionModel unet = new UNet2DConditionModel(UNet2DConfig.of(config("unet")));
    int tokens = text.maxPositions();
    int size = unet.config().sampleSize().getFirst();
    List<ModelGraph> all = new ArrayList<>();
    all.add(
        new ModelGraph(
            new ClipTextModel(text, Set.of())
                .graph(1, tokens, Set.of(ClipTextModel.LAST_HIDDEN_STATE)),
            PROMPTS));
    all.addAll(
        pictures(
            unet.graph(2, size, size, tokens),
            unet.graph(1, size, size, tokens),
            Vae.of(config("vae"), Set.of()).decode(1, size, size)));
    return all;
  }

  private static List<ModelGraph> pictures(Graph guided, Graph unguided, Graph vae) {
    return List.of(
        new ModelGraph(guided, Request.DEFAULT_STEPS),
        new ModelGraph(unguided, UNGUIDED_SHARE * Request.DEFAULT_STEPS),
        new ModelGraph(vae, 1));
  }

  private static JsonNode config(String part) {
    try (InputStream in = ModelGraphs.class.getResourceAsStream("sd15/" + part + ".json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
