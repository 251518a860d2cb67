package dev.tandem.stages.unet;

import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;

/**
 * A U-Net as two graphs (DeepCache, Ma et al. 2023): a {@link #full} one that also says what its
 * deep part came to, and a {@link #shallow} one that is given that and computes the rest: the first
 * convolution, the first layers of the first level, the layers of the last level that they are
 * joined to, and the last convolution. Layers have the same names, so weights are the same tensors.
 *
 * <pre>
 *   conv_in -- BLOCK layers -- | -- deeper layers and levels -- | {@link #DEEP} -- last layers -- conv_out
 * </pre>
 *
 * @param block how many layers of the first level the shallow graph computes, and of the last level
 *     one more; DeepCache's {@code cache_branch_id}, as far as it lies in the first level
 */
public record DeepCacheGraphs(UNet2DConditionModel model, int block) {
  /** What the deep part came to: {@code [batch, height, width, channels]}. */
  public static final String DEEP = "deep";

  /**
   * Checks the block.
   *
   * @throws IllegalArgumentException if the first level has fewer layers
   */
  public DeepCacheGraphs {
    int layers = model.config().down().getFirst().layers();
    if (block < 0 || block > layers) {
      throw new IllegalArgumentException(
          "BLOCK of a deep cache is "
              + block
              + ", but the first level of this U-Net has "
              + layers
              + " layers: take 0 to "
              + layers);
    }
  }

  /** The whole network, with {@link #DEEP} as a second output; arguments as those of the model. */
  public Graph full(int batch, int height, int width, int tokens) {
    GraphBuilder g = UNet2DConditionModel.builder("unet", batch, height, width);
    String cut = "up_blocks." + (model.config().up().size() - 1) + ".layers." + cut();
    UNet2DConditionModel.Taps tap =
        new UNet2DConditionModel.Taps() {
          @Override
          public void put(String name, Node node) {}

          @Override
          public void before(String layer, Node node) {
            if (layer.equals(cut)) {
              g.output(DEEP, node);
            }
          }
        };
    Node sample = model.sample(g, batch, height, width);
    g.output(UNet2DConditionModel.OUTPUT, model.blocks(g, batch, tokens, tap).apply(sample));
    return g.build();
  }

  /** The shallow part, with {@link #DEEP} as a further input. */
  public Graph shallow(int batch, int height, int width, int tokens) {
    Shape deep = full(batch, height, width, tokens).output(DEEP).shape();
    GraphBuilder g = UNet2DConditionModel.builder("unet shallow", batch, height, width);
    Node sample = model.sample(g, batch, height, width);
    UNetBlocks blocks = model.blocks(g, batch, tokens, UNet2DConditionModel.Taps.NONE);
    blocks.first(blocks.in(sample), 0, block);
    Node x = blocks.last(g.input(DEEP, deep, DType.F32), cut());
    return g.output(UNet2DConditionModel.OUTPUT, blocks.out(x)).build();
  }

  /** The first layer of the last level that joins what the shallow graph computes. */
  private int cut() {
    return model.config().up().getLast().layers() - (block + 1);
  }
}
