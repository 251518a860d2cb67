package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.clip.ClipTextConfig;
import dev.tandem.stages.clip.ClipTextModel;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import dev.tandem.stages.vae.Vae;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the stages of a model take on a device, known from its configs before anything is compiled
 * and without reading a weight: exactly, or as a {@link #rough} bound.
 */
public final class MemoryNeeds {
  /** Winograd weights are four times as large as the checkpoint's, and panels are padded. */
  private static final int MOST_OF_WEIGHTS = 8;

  /** Winograd's input and output are 2.25 times as large as the tensors. */
  private static final int MOST_OF_ACTIVATIONS = 4;

  private static final long MOST_OF_THE_REST = 64 << 20;

  /** A text encoder with the outputs that its stage asks for. */
  private record Encoder(ClipTextConfig config, ClipTextModel model, Set<String> outputs) {}

  private final List<Encoder> encoders;
  private final UNet2DConditionModel unet;
  private final Vae vae;
  private final boolean rough;

  private MemoryNeeds(List<Encoder> encoders, UNet2DConditionModel unet, Vae vae, boolean rough) {
    this.encoders = encoders;
    this.unet = unet;
    this.vae = vae;
    this.rough = rough;
  }

  /**
   * Reads the configs and the names of the weights.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if a part is missing or damaged
   */
  public MemoryNeeds(ModelFolder folder) {
    rough = false;
    encoders =
        outputs(folder).entrySet().stream()
            .map(e -> encoder(folder.component(e.getKey()), e.getValue()))
            .toList();
    unet = new UNet2DConditionModel(UNet2DConfig.of(folder.component("unet").config().json()));
    Component part = folder.component("vae");
    try (ModelWeights weights = part.weights()) {
      vae = Vae.of(part.config().json(), weights.names());
    }
  }

  /** What {@link TextStage} asks of each text encoder. */
  private static Map<String, Set<String>> outputs(ModelFolder folder) {
    String hidden = ClipTextModel.PENULTIMATE_HIDDEN_STATE;
    return folder.has("text_encoder_2")
        ? new TreeMap<>(
            Map.of(
                "text_encoder",
                Set.of(hidden),
                "text_encoder_2",
                Set.of(hidden, ClipTextModel.TEXT_EMBEDS)))
        : Map.of("text_encoder", Set.of(ClipTextModel.LAST_HIDDEN_STATE));
  }

  private static Encoder encoder(Component part, Set<String> outputs) {
    ClipTextConfig config = ClipTextConfig.of(part.config().json());
    try (ModelWeights weights = part.weights()) {
      return new Encoder(config, new ClipTextModel(config, weights.names()), outputs);
    }
  }

  /** Tokens of every prompt. */
  public int tokens() {
    return encoders.getFirst().config().maxPositions();
  }

  /** All text encoders. */
  public MemoryUse text(Device device, CompileOptions options) {
    return encoders.stream()
        .map(e -> use(device, e.model().graph(1, tokens(e), e.outputs()), options))
        .reduce(MemoryUse.NONE, MemoryUse::plus);
  }

  private static int tokens(Encoder e) {
    return e.config().maxPositions();
  }

  /**
   * The U-Net for one size of picture.
   *
   * @param batch 2 with guidance, 1 without or for one half of it
   * @param height of the latents
   * @param width of the latents
   */
  public MemoryUse denoise(
      Device device, CompileOptions options, int batch, int height, int width) {
    return use(device, unet.graph(batch, height, width, tokens()), options);
  }

  /**
   * The VAE's decoder for one size of picture or tile.
   *
   * @param height of the latents
   * @param width of the latents
   */
  public MemoryUse decode(Device device, CompileOptions options, int height, int width) {
    return use(device, vae.decode(1, height, width), options);
  }

  /**
   * The same with a bound instead of exact numbers, which takes no time: an exact estimate takes a
   * part of the time of compiling, and where a device has plenty the first picture need not wait
   * for it.
   */
  public MemoryNeeds rough() {
    return new MemoryNeeds(encoders, unet, vae, true);
  }

  private MemoryUse use(Device device, Graph graph, CompileOptions options) {
    // The device is to refuse what it cannot do, so it is asked for all but the usual.
    return rough && options.equals(CompileOptions.DEFAULT)
        ? bound(graph)
        : device.estimate(graph, options);
  }

  /** More than any device takes for a graph, from the sizes of its values alone. */
  public static MemoryUse bound(Graph graph) {
    long weights = 0;
    long activations = 0;
    for (Node n : graph.nodes()) {
      if (n.isWeight()) {
        weights += MOST_OF_WEIGHTS * n.bytes();
      } else if (!n.isView()) {
        activations += MOST_OF_ACTIVATIONS * n.bytes();
      }
    }
    long largest = Math.max(MOST_OF_THE_REST, Math.max(weights, activations));
    return new MemoryUse(activations, weights, MOST_OF_THE_REST, largest);
  }
}
