package dev.tandem.stages;

import dev.tandem.stages.checkpoint.CheckpointException;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.Config;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.clip.ClipTextConfig;
import dev.tandem.stages.clip.ClipTextModel;
import dev.tandem.stages.sampling.Samplers;
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
 */
public record ModelParts(ModelFolder folder, List<Text> text, UNet2DConditionModel unet, Vae vae) {
  private static final int USUAL_STEPS = 20;

  public ModelParts {
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
  public static ModelParts read(ModelFolder folder) {
    List<Text> text = new ArrayList<>();
    if (folder.isXl()) {
      String hidden = ClipTextModel.PENULTIMATE_HIDDEN_STATE;
      text.add(text(folder, "", Set.of(hidden)));
      text.add(text(folder, "_2", Set.of(hidden, ClipTextModel.TEXT_EMBEDS)));
    } else {
      text.add(text(folder, "", Set.of(ClipTextModel.LAST_HIDDEN_STATE)));
    }
    UNet2DConfig unet = folder.component("unet").read(UNet2DConfig::of);
    ModelParts parts =
        new ModelParts(folder, text, new UNet2DConditionModel(unet), vae(folder.component("vae")));
    folder.scheduler();
    new ModelCheck(parts).run();
    return parts;
  }

  private static Text text(ModelFolder folder, String suffix, Set<String> outputs) {
    Component part = folder.component("text_encoder" + suffix);
    ClipTokenizer tokenizer = ClipTokenizer.open(folder.component("tokenizer" + suffix).folder());
    ClipTextConfig config = part.read(ClipTextConfig::of);
    try (ModelWeights weights = part.weights()) {
      return new Text(part.name(), tokenizer, new ClipTextModel(config, weights.names()), outputs);
    }
  }

  private static Vae vae(Component part) {
    try (ModelWeights weights = part.weights()) {
      return part.read(json -> Vae.of(json, weights.names()));
    }
  }

  /**
   * Checks that the model's own sampler can be built.
   *
   * @throws CheckpointException if its class or a value of its config is not supported
   */
  public void requireOwnSampler() {
    Config config = folder.scheduler().config();
    try {
      Samplers.of(config.json(), USUAL_STEPS);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(config.file() + ": " + e.getMessage(), e);
    }
  }

  /** Tokens of every prompt. */
  public int tokens() {
    return text.getFirst().tokens();
  }
}
