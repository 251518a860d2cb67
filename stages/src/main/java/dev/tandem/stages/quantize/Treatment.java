package dev.tandem.stages.quantize;

import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.stages.unet.UNet2DConditionModel;
import java.util.Set;

/** How a node of a U-Net is computed when its products are quantised. */
enum Treatment {
  /** As it was. */
  REAL,
  /** The weight is packed, the product is of real numbers. */
  PACKED,
  /** The product is of whole numbers. */
  WHOLE;

  /** The first and the last layer, and what the time goes through: little work, much to lose. */
  private static final Set<String> REAL_LAYERS = Set.of("conv_in", "conv_out");

  private static final Set<String> REAL_BLOCKS = Set.of("time_embedding.", "add_embedding.");
  private static final String TIME_PROJECTION = ".time_emb_proj";

  /** Of a node before fusion. */
  static Treatment of(Node n, Form form) {
    boolean product = n.op() instanceof Op.Conv2d || n.op() instanceof Op.Linear;
    if (!product || !n.input(1).isWeight() || staysReal(n.name())) {
      return REAL;
    }
    return form.activations() && !readsText(n) ? WHOLE : PACKED;
  }

  private static boolean staysReal(String name) {
    return REAL_LAYERS.contains(name)
        || name.endsWith(TIME_PROJECTION)
        || REAL_BLOCKS.stream().anyMatch(name::startsWith);
  }

  /**
   * Keys and values of the text. Its first token is an outlier many times as large as the others
   * (Zhao et al. 2024, MixDQ): one scale for all tokens would leave the others no bits. As there
   * are few tokens, there is hardly any work to save.
   */
  private static boolean readsText(Node n) {
    Node x = MemoryPlan.storage(n.input(0));
    return x.isInput() && x.name().equals(UNet2DConditionModel.ENCODER_HIDDEN_STATES);
  }
}
