package dev.tandem.stages.clip;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.graph.Activation;
import dev.tandem.stages.layers.ConfigException;
import dev.tandem.stages.layers.ConfigReader;

/**
 * What a CLIP image encoder's {@code config.json} says, with the defaults of transformers' {@code
 * CLIPVisionConfig}.
 *
 * @param hiddenSize channels of a token
 * @param intermediateSize channels inside the MLP
 * @param projectionDim channels of {@code image_embeds}
 * @param imageSize height and width of a picture, pixels
 * @param patchSize height and width of what becomes one token, pixels
 * @param activation inside the MLP
 */
public record ClipVisionConfig(
    int hiddenSize,
    int intermediateSize,
    int projectionDim,
    int layers,
    int heads,
    int imageSize,
    int patchSize,
    Activation activation,
    float layerNormEps) {
  private static final String PART = "CLIPVisionModel";

  /**
   * Reads an image encoder's config, or the {@code vision_config} inside a whole CLIP model's.
   *
   * @throws ConfigException if a value is not supported; names the key and value
   */
  public static ClipVisionConfig of(JsonNode config) {
    ConfigReader outer = new ConfigReader(PART, config);
    ConfigReader r =
        outer.has("vision_config") ? new ConfigReader(PART, outer.value("vision_config")) : outer;
    r.only("model_type", "clip_vision_model", "clip");
    r.only("num_channels", 3);
    int hidden = r.integer("hidden_size", 768, 1);
    int heads = r.integer("num_attention_heads", 12, 1);
    if (hidden % heads != 0) {
      throw r.error("num_attention_heads", "is " + heads + ", which does not divide " + hidden);
    }
    int image = r.integer("image_size", 224, 1);
    int patch = r.integer("patch_size", 32, 1);
    if (image < patch) {
      throw r.error("patch_size", "is " + patch + ", larger than the picture of " + image);
    }
    return new ClipVisionConfig(
        hidden,
        r.integer("intermediate_size", 3072, 1),
        r.integer("projection_dim", 512, 1),
        r.integer("num_hidden_layers", 12, 1),
        heads,
        image,
        patch,
        r.activation("hidden_act", "quick_gelu"),
        r.number("layer_norm_eps", 1e-5f));
  }

  /** Patches each way; what does not fill a patch is not looked at. */
  public int patches() {
    return imageSize / patchSize;
  }
}
