package dev.tandem.stages.clip;

import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.GraphException;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op.Padding;
import dev.tandem.graph.Shape;
import java.util.Set;

/**
 * Builds the graph of a CLIP image encoder with projection: transformers' {@code
 * CLIPVisionModelWithProjection} in {@code modeling_clip.py}.
 *
 * <p>Inputs: {@link #PIXEL_VALUES} {@code [batch, imageSize, imageSize, 3]}, normalised as the
 * model's {@link ClipPixels} says, and {@link #CLASS_POSITION} I32 {@code [batch]}, where the class
 * token is: always 0. Outputs: {@link #LAST_HIDDEN_STATE} {@code [batch, 1 + patches, hiddenSize]},
 * {@link #POOLER_OUTPUT} {@code [batch, hiddenSize]}, {@link #IMAGE_EMBEDS} {@code [batch,
 * projectionDim]}.
 */
public final class ClipVisionModel {
  public static final String PIXEL_VALUES = "pixel_values";
  public static final String CLASS_POSITION = "class_position";

  /** After the last layer, without the final norm. */
  public static final String LAST_HIDDEN_STATE = "last_hidden_state";

  /** The class token after the final norm. */
  public static final String POOLER_OUTPUT = "pooler_output";

  /** The pooled output through {@code visual_projection}. */
  public static final String IMAGE_EMBEDS = "image_embeds";

  /** Everything that the graph can compute. */
  public static final Set<String> OUTPUTS = Set.of(LAST_HIDDEN_STATE, POOLER_OUTPUT, IMAGE_EMBEDS);

  private static final String PREFIX = "vision_model.";

  private final ClipVisionConfig config;

  public ClipVisionModel(ClipVisionConfig config) {
    this.config = config;
  }

  public ClipVisionConfig config() {
    return config;
  }

  /**
   * The graph with some outputs; what they do not need is not computed.
   *
   * @throws GraphException if an output does not exist
   */
  public Graph graph(int batch, Set<String> wanted) {
    if (wanted.isEmpty() || !OUTPUTS.containsAll(wanted)) {
      throw new GraphException("image encoder has outputs " + OUTPUTS + ", asked for " + wanted);
    }
    GraphBuilder g = new GraphBuilder("image", "image encoder [" + batch + "]");
    int size = config.imageSize();
    Node pixels = g.input(PIXEL_VALUES, Shape.of(batch, size, size, 3), DType.F32);
    Node position = g.input(CLASS_POSITION, Shape.of(batch), DType.I32);
    ClipLayer layer =
        new ClipLayer(
            g,
            config.heads(),
            config.intermediateSize(),
            config.activation(),
            config.layerNormEps(),
            false);
    // The key's spelling is that of every published file.
    Node x = g.layerNorm(PREFIX + "pre_layrnorm", embeddings(g, pixels), config.layerNormEps());
    for (int i = 0; i < config.layers(); i++) {
      x = layer.build(PREFIX + "encoder.layers." + i, x);
    }
    Node token = g.gatherRows("class_token", x, position);
    Node pooled = g.layerNorm(PREFIX + "post_layernorm", token, config.layerNormEps());
    for (String name : wanted.stream().sorted().toList()) {
      g.output(
          name,
          switch (name) {
            case LAST_HIDDEN_STATE -> x;
            case POOLER_OUTPUT -> pooled;
            default -> g.linear("visual_projection", pooled, config.projectionDim(), false);
          });
    }
    return g.build();
  }

  /** A class token, then each patch as a token, plus what is learnt of each position. */
  private Node embeddings(GraphBuilder g, Node pixels) {
    int batch = pixels.shape().dim(0);
    int c = config.hiddenSize();
    int side = config.patches();
    String p = PREFIX + "embeddings.";
    Node patches =
        g.conv2d(
            p + "patch_embedding",
            pixels,
            c,
            config.patchSize(),
            config.patchSize(),
            Padding.NONE,
            false);
    patches = g.reshape(p + "patches", patches, batch, side * side, c);
    Node one = g.reshape(p + "class", g.weight(p + "class_embedding", c), 1, 1, c);
    Node classes = one;
    for (int i = 1; i < batch; i++) {
      classes = g.concat(p + "class." + i, classes, one, 0);
    }
    Node tokens = g.concat(p + "tokens", classes, patches, 1);
    Node positions = g.weight(p + "position_embedding.weight", 1 + side * side, c);
    return g.add(p + "sum", tokens, g.reshape(p + "positions", positions, 1, 1 + side * side, c));
  }
}
