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
    GraphBuilder g =
        new GraphBuilder("unet", "unet [" + batch + ", " + height + ", " + width + "]");
    Shape latents = Shape.of(batch, height, width, config.inChannels());
    Node sample = g.input(SAMPLE, latents, DType.F32);
    Node timestep = g.input(TIMESTEP, Shape.of(batch), DType.F32);
    Shape text = Shape.of(batch, tokens, config.contextDim());
    Node context = g.input(ENCODER_HIDDEN_STATES, text, DType.F32);
    Taps tap =
        (name, node) -> {
          if (taps) {
            g.output("after." + name, node);
          }
        };
    Node time = new TimeConditioning(config, g, tap).embed(timestep);
    g.output(OUTPUT, new UNetBlocks(config, g, time, context, tap).apply(sample));
    return g.build();
  }

  /** Hears of what each block computes. */
  @FunctionalInterface
  interface Taps {
    void put(String name, Node node);
  }
}
