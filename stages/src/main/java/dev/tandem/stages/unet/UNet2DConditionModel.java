package dev.tandem.stages.unet;

import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;

/**
 * Builds the graph of a U-Net: diffusers' {@code unet_2d_condition.py}.
 *
 * <p>Inputs: {@link #SAMPLE} {@code [batch, height, width, inChannels]}, {@link #TIMESTEP} F32
 * {@code [batch]}, {@link #ENCODER_HIDDEN_STATES} {@code [batch, tokens, contextDim]}; with {@code
 * time_cond_proj_dim} also {@link #TIMESTEP_COND} {@code [batch, condDim]}; with {@code text_time}
 * also {@link #TEXT_EMBEDS} {@code [batch, textDim]} and {@link #TIME_IDS} F32 {@code [batch, 6]}.
 * Output: {@link #OUTPUT} {@code [batch, height, width, outChannels]}.
 */
public final class UNet2DConditionModel {
  public static final String SAMPLE = "sample";
  public static final String TIMESTEP = "timestep";
  public static final String ENCODER_HIDDEN_STATES = "encoder_hidden_states";
  public static final String TIMESTEP_COND = "timestep_cond";
  public static final String TEXT_EMBEDS = "text_embeds";
  public static final String TIME_IDS = "time_ids";
  public static final String OUTPUT = "output";

  private final UNet2DConfig config;

  public UNet2DConditionModel(UNet2DConfig config) {
    this.config = config;
  }

  public UNet2DConfig config() {
    return config;
  }

  /**
   * The graph for latents of any size; odd sizes are upsampled to the size of the skip connection.
   *
   * @param height of the latents
   * @param width of the latents
   * @param tokens of the text
   */
  public Graph graph(int batch, int height, int width, int tokens) {
    return graph(batch, height, width, tokens, false);
  }

  /**
   * The graph, optionally with what the blocks compute as further outputs: {@code after.conv_in},
   * {@code after.time_embedding}, {@code after.down_blocks.0}, {@code after.mid_block}, {@code
   * after.up_blocks.0} and so on.
   */
  public Graph graph(int batch, int height, int width, int tokens, boolean taps) {
    GraphBuilder g = builder("unet", batch, height, width);
    Taps tap =
        (name, node) -> {
          if (taps) {
            g.output("after." + name, node);
          }
        };
    Node sample = sample(g, batch, height, width);
    g.output(OUTPUT, blocks(g, batch, tokens, tap).apply(sample));
    return g.build();
  }

  /** For a graph of the network or a part of it. */
  static GraphBuilder builder(String name, int batch, int height, int width) {
    return new GraphBuilder("unet", name + " [" + batch + ", " + height + ", " + width + "]");
  }

  /** Declares the latents. */
  Node sample(GraphBuilder g, int batch, int height, int width) {
    return g.input(SAMPLE, Shape.of(batch, height, width, config.inChannels()), DType.F32);
  }

  /** Declares the inputs that every part of the network has, and makes its blocks. */
  UNetBlocks blocks(GraphBuilder g, int batch, int tokens, Taps tap) {
    Node timestep = g.input(TIMESTEP, Shape.of(batch), DType.F32);
    Shape text = Shape.of(batch, tokens, config.contextDim());
    Node context = g.input(ENCODER_HIDDEN_STATES, text, DType.F32);
    Node time = new TimeConditioning(config, g, tap).embed(timestep);
    return new UNetBlocks(config, g, time, context, tap);
  }

  /** Hears of what each block computes. */
  @FunctionalInterface
  interface Taps {
    /** Hears nothing. */
    Taps NONE = (name, node) -> {};

    void put(String name, Node node);

    /**
     * A layer of the path up, for example {@code up_blocks.3.layers.1}, is about to read a value.
     */
    default void before(String layer, Node node) {}
  }
}
