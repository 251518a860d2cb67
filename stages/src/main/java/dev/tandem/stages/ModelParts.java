package dev.tandem.stages;

import dev.tandem.graph.Graph;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.clip.ClipTextConfig;
import dev.tandem.stages.clip.ClipTextModel;
import dev.tandem.stages.text.ClipTokenizer;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import dev.tandem.stages.vae.Vae;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The parts of a model that a picture from a prompt needs, read without a device: configs,
 * tokenizers and the headers of the weights, checked against each other. What is wrong with a model
 * is so known before anything runs.
 *
 * @param text one text encoder, or two for models of the XL kind
 * @param encodes whether the VAE's encoder is there as well
 */
record ModelParts(
    ModelFolder folder, List<Text> text, UNet2DConditionModel unet, Vae vae, boolean encodes) {
  private static final int RGB = 3;

  ModelParts {
    text = List.copyOf(text);
  }

  /**
   * A text encoder with its tokenizer.
   *
   * @param name of the encoder, for example {@code text_encoder_2}
   * @param outputs what the pipeline asks of it
   */
  record Text(String name, ClipTokenizer tokenizer, ClipTextModel model, Set<String> outputs) {
    Text {
      outputs = Set.copyOf(outputs);
    }

    int tokens() {
      return model.config().maxPositions();
    }

    StagePlan.Part part() {
      return new StagePlan.Part(name, name, (b, w, h) -> model.graph(b, tokens(), outputs));
    }
  }

  /**
   * Reads and checks a model.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if a part is missing, damaged or does
   *     not fit the others
   * @throws dev.tandem.stages.layers.ConfigException if a config has what is not supported
   * @throws dev.tandem.devices.WeightException if a weight is missing or has another shape than the
   *     config asks for
   */
  static ModelParts read(ModelFolder folder) {
    List<Text> text = new ArrayList<>();
    if (folder.isXl()) {
      String hidden = ClipTextModel.PENULTIMATE_HIDDEN_STATE;
      text.add(text(folder, "", Set.of(hidden)));
      text.add(text(folder, "_2", Set.of(hidden, ClipTextModel.TEXT_EMBEDS)));
    } else {
      text.add(text(folder, "", Set.of(ClipTextModel.LAST_HIDDEN_STATE)));
    }
    UNet2DConfig unet = folder.component("unet").read(UNet2DConfig::of);
    Component part = folder.component("vae");
    Vae vae;
    boolean encodes;
    try (ModelWeights weights = part.weights()) {
      vae = part.read(json -> Vae.of(json, weights.names()));
      encodes = weights.names().stream().anyMatch(n -> n.startsWith("encoder.")) && encodes(vae);
    }
    ModelParts parts = new ModelParts(folder, text, new UNet2DConditionModel(unet), vae, encodes);
    folder.scheduler();
    new ModelCheck(parts).run();
    return parts;
  }

  static Text text(ModelFolder folder, String suffix, Set<String> outputs) {
    Component part = folder.component("text_encoder" + suffix);
    ClipTokenizer tokenizer = ClipTokenizer.open(folder.component("tokenizer" + suffix).folder());
    ClipTextConfig config = part.read(ClipTextConfig::of);
    try (ModelWeights weights = part.weights()) {
      return new Text(part.name(), tokenizer, new ClipTextModel(config, weights.names()), outputs);
    }
  }

  /** Whether its encoder makes of RGB pictures the latents that its decoder takes. */
  private static boolean encodes(Vae vae) {
    int latents = 2;
    int pixels = latents * vae.scaleFactor();
    Graph encoder = vae.encode(1, pixels, pixels);
    return encoder.input(Vae.IMAGE).shape().dim(-1) == RGB
        && encoder.output(vae.encoderOutput()).shape().dim(1) == latents;
  }

  /** The text encoder of a name. */
  Text text(String name) {
    return text.stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
  }

  /** Tokens of every prompt. */
  int tokens() {
    return text.getFirst().tokens();
  }
}
