package dev.tandem.stages.clip;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.graph.Activation;
import dev.tandem.stages.layers.ConfigException;
import dev.tandem.stages.layers.ConfigReader;

/**
 * What a CLIP text encoder's {@code config.json} says, with the defaults of transformers' {@code
 * CLIPTextConfig}.
 *
 * @param vocabSize rows of the token table
 * @param hiddenSize channels of a token
 * @param intermediateSize channels inside the MLP
 * @param projectionDim channels of {@code text_embeds}
 * @param maxPositions tokens of every prompt
 * @param activation inside the MLP
 * @param eosTokenId end-of-text token; 2 has a special meaning, see {@link
 *     ClipTextModel#pooledPosition}
 * @param withProjection true if the config names {@code CLIPTextModelWithProjection}
 */
public record ClipTextConfig(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int projectionDim,
    int layers,
    int heads,
    int maxPositions,
    Activation activation,
    float layerNormEps,
    int eosTokenId,
    boolean withProjection) {
  private static final String PART = "CLIPTextModel";

  /**
   * Reads a text encoder's config, or the {@code text_config} inside a whole CLIP model's.
   *
   * @throws ConfigException if a value is not supported; names the key and value
   */
  public static ClipTextConfig of(JsonNode config) {
    ConfigReader outer = new ConfigReader(PART, config);
    ConfigReader r =
        outer.has("text_config") ? new ConfigReader(PART, outer.value("text_config")) : outer;
    r.only("model_type", "clip_text_model", "clip");
    boolean projection = outer.has("text_config");
    for (JsonNode a : r.value("architectures")) {
      projection |= a.asText().equals("CLIPTextModelWithProjection");
    }
    int hidden = r.integer("hidden_size", 512, 1);
    int heads = r.integer("num_attention_heads", 8, 1);
    if (hidden % heads != 0) {
      throw r.error("num_attention_heads", "is " + heads + ", which does not divide " + hidden);
    }
    return new ClipTextConfig(
        r.integer("vocab_size", 49408, 1),
        hidden,
        r.integer("intermediate_size", 2048, 1),
        r.integer("projection_dim", 512, 1),
        r.integer("num_hidden_layers", 12, 1),
        heads,
        r.integer("max_position_embeddings", 77, 1),
        r.activation("hidden_act", "quick_gelu"),
        r.number("layer_norm_eps", 1e-5f),
        r.integer("eos_token_id", 49407, 0),
        projection);
  }
}
