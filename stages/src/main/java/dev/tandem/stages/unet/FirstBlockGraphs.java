package dev.tandem.stages.unet;

import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;

/**
 * A U-Net as two graphs, of which the second may be left out (the first-block cache of
 * ParaAttention, {@code para_attn/first_block_cache}, which is for transformers, on a U-Net). What
 * lies between the first layer and the last norm adds something to the first layer's output: the
 * residual. The {@link #first} graph computes the first layer, and what the network says if the
 * residual is a given one; the {@link #rest} graph computes all others, and so the true residual.
 *
 * <pre>
 *   conv_in -- layer 0 -- {@link #FIRST} -- + -- conv_out --> output
 *      |                    |     {@link #RESIDUAL}
 *    {@link #SKIP}               +-- deeper layers and levels -- {@link #LAST} -- conv_out --> output
 * </pre>
 *
 * All values are {@code [batch, height, width, channels]} of the first level. Both graphs have the
 * timestep and the text as inputs. Layers have the names of the whole network, so weights are the
 * same tensors; only the last norm and convolution, which are small, are in both.
 */
public record FirstBlockGraphs(UNet2DConditionModel model) {
  /** Output of the first layer. */
  public static final String FIRST = "first";

  /** Output of the first convolution, which the last layer joins to its path. */
  public static final String SKIP = "skip";

  /** {@link #LAST} minus {@link #FIRST}, of this evaluation or of an earlier one. */
  public static final String RESIDUAL = "residual";

  /** What the last norm reads. */
  public static final String LAST = "last";

  /**
   * From the sample to {@link #FIRST} and {@link #SKIP}, and with a {@link #RESIDUAL} to the
   * output; arguments as those of the model.
   */
  public Graph first(int batch, int height, int width, int tokens) {
    GraphBuilder g = UNet2DConditionModel.builder("unet first block", batch, height, width);
    Node sample = model.sample(g, batch, height, width);
    UNetBlocks blocks = model.blocks(g, batch, tokens, UNet2DConditionModel.Taps.NONE);
    Node skip = blocks.in(sample);
    Node x = blocks.first(skip, 0, 1);
    Node residual = g.input(RESIDUAL, x.shape(), DType.F32);
    g.output(FIRST, x).output(SKIP, skip);
    Node last = g.add("first.residual", x, residual);
    return g.output(UNet2DConditionModel.OUTPUT, blocks.out(last)).build();
  }

  /** From {@link #FIRST} and {@link #SKIP} to {@link #LAST} and the output. */
  public Graph rest(int batch, int height, int width, int tokens) {
    Graph first = first(batch, height, width, tokens);
    GraphBuilder g = UNet2DConditionModel.builder("unet rest", batch, height, width);
    UNetBlocks blocks = model.blocks(g, batch, tokens, UNet2DConditionModel.Taps.NONE);
    blocks.skip(g.input(SKIP, first.output(SKIP).shape(), DType.F32));
    Node x = blocks.skip(g.input(FIRST, first.output(FIRST).shape(), DType.F32));
    Node last = blocks.inner(x, 1);
    g.output(LAST, last);
    return g.output(UNet2DConditionModel.OUTPUT, blocks.out(last)).build();
  }
}
