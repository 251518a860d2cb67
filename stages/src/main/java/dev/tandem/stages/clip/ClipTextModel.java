package dev.tandem.stages.clip;

import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.GraphException;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import java.util.Set;

/**
 * Builds the graph of a CLIP text encoder: transformers' {@code modeling_clip.py}.
 *
 * <p>Inputs: {@link #INPUT_IDS} I32 {@code [batch, tokens]}, {@link #POOLED_POSITION} I32 {@code
 * [batch]} (see {@link #pooledPosition}). Outputs: {@link #LAST_HIDDEN_STATE} and {@link
 * #PENULTIMATE_HIDDEN_STATE} {@code [batch, tokens, hiddenSize]}, {@link #POOLER_OUTPUT} {@code
 * [batch, hiddenSize]}, and {@link #TEXT_EMBEDS} {@code [batch, projectionDim]} where the model has
 * a projection.
 */
public final class ClipTextModel {
  public static final String INPUT_IDS = "input_ids";
  public static final String POOLED_POSITION = "pooled_position";

  /** After the last layer and the final norm. */
  public static final String LAST_HIDDEN_STATE = "last_hidden_state";

  /** Before the last layer, without the final norm: transformers' {@code hidden_states[-2]}. */
  public static final String PENULTIMATE_HIDDEN_STATE = "penultimate_hidden_state";

  /** The last hidden state at the pooled position. */
  public static final String POOLER_OUTPUT = "pooler_output";

  /** The pooled output through {@code text_projection}. */
  public static final String TEXT_EMBEDS = "text_embeds";

  private static final String PROJECTION = "text_projection";

  private final ClipTextConfig config;
  private final String prefix;
  private final boolean projection;

  /**
   * A model whose weights have these names. They tell whether keys start with {@code text_model.}
   * (some files omit it) and whether there is a projection.
   */
  public ClipTextModel(ClipTextConfig config, Set<String> weightNames) {
    this.config = config;
    this.prefix = weightNames.contains("embeddings.token_embedding.weight") ? "" : "text_model.";
    this.projection = config.withProjection() || weightNames.contains(PROJECTION + ".weight");
  }

  public ClipTextConfig config() {
    return config;
  }

  /** The outputs that this model can compute. */
  public Set<String> outputs() {
    return projection
        ? Set.of(LAST_HIDDEN_STATE, PENULTIMATE_HIDDEN_STATE, POOLER_OUTPUT, TEXT_EMBEDS)
        : Set.of(LAST_HIDDEN_STATE, PENULTIMATE_HIDDEN_STATE, POOLER_OUTPUT);
  }

  /** The graph with all outputs. */
  public Graph graph(int batch, int tokens) {
    return graph(batch, tokens, outputs());
  }

  /**
   * The graph with some outputs; what they do not need is not computed.
   *
   * @param tokens must be the config's {@code max_position_embeddings}: prompts are padded to it,
   *     and as attention is causal, padding changes nothing before it
   * @throws GraphException if the number of tokens or an output does not fit
   */
  public Graph graph(int batch, int tokens, Set<String> wanted) {
    if (tokens != config.maxPositions()) {
      throw new GraphException(
          "text encoder takes "
              + config.maxPositions()
              + " tokens a prompt, got "
              + tokens
              + "; pad or cut the prompt");
    }
    if (wanted.isEmpty() || !outputs().containsAll(wanted)) {
      throw new GraphException("text encoder has outputs " + outputs() + ", asked for " + wanted);
    }
    GraphBuilder g = new GraphBuilder("text", "text encoder [" + batch + ", " + tokens + "]");
    Node ids = g.input(INPUT_IDS, Shape.of(batch, tokens), DType.I32);
    Node position = g.input(POOLED_POSITION, Shape.of(batch), DType.I32);
    Node x = embeddings(g, ids, tokens);
    Node penultimate = x;
    ClipLayer layer =
        new ClipLayer(
            g,
            config.heads(),
            config.intermediateSize(),
            config.activation(),
            config.layerNormEps(),
            true);
    for (int i = 0; i < config.layers(); i++) {
      penultimate = x;
      x = layer.build(prefix + "encoder.layers." + i, x);
    }
    Node last = g.layerNorm(prefix + "final_layer_norm", x, config.layerNormEps());
    Node pooled = g.gatherRows("pooled", last, position);
    for (String name : wanted.stream().sorted().toList()) {
      g.output(
          name,
          switch (name) {
            case LAST_HIDDEN_STATE -> last;
            case PENULTIMATE_HIDDEN_STATE -> penultimate;
            case POOLER_OUTPUT -> pooled;
            default -> g.linear(PROJECTION, pooled, config.projectionDim(), false);
          });
    }
    return g.build();
  }

  /**
   * Where the pooled output of one prompt is read. Published configs say {@code eos_token_id: 2} by
   * mistake; transformers then takes the position of the largest id (the real end-of-text token is
   * the last of the vocabulary). Otherwise it is the first end-of-text token, or 0 without one.
   *
   * @param ids the padded prompt
   */
  public int pooledPosition(int[] ids) {
    int best = 0;
    for (int i = 0; i < ids.length; i++) {
      if (config.eosTokenId() == 2) {
        best = ids[i] > ids[best] ? i : best;
      } else if (ids[i] == config.eosTokenId()) {
        return i;
      }
    }
    return best;
  }

  private Node embeddings(GraphBuilder g, Node ids, int tokens) {
    int c = config.hiddenSize();
    String p = prefix + "embeddings.";
    Node table = g.weight(p + "token_embedding.weight", config.vocabSize(), c);
    Node positions = g.weight(p + "position_embedding.weight", tokens, c);
    Node x = g.embedding(p + "token_embedding", ids, table);
    return g.add(p + "sum", x, g.reshape(p + "position_embedding", positions, 1, tokens, c));
  }
}
