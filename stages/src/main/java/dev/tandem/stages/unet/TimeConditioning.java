package dev.tandem.stages.unet;

import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import dev.tandem.stages.unet.UNet2DConfig.TextTime;

/**
 * The vector that conditions every residual block: timestep, guidance scale ({@code timestep_cond})
 * and, in Stable Diffusion XL, pooled text and picture sizes.
 */
record TimeConditioning(UNet2DConfig config, GraphBuilder g, UNet2DConditionModel.Taps taps) {

  /** The activated embedding {@code [batch, dim]}: every residual block projects the same one. */
  Node embed(Node timestep) {
    UNet2DConfig.Time t = config.time();
    int batch = timestep.shape().dim(0);
    Node x =
        g.timestepEmbedding(
            "time_proj", timestep, t.sinusoidDim(), t.flipSinToCos(), t.freqShift());
    if (t.condDim() > 0) {
      Shape s = Shape.of(batch, t.condDim());
      Node cond = g.input(UNet2DConditionModel.TIMESTEP_COND, s, DType.F32);
      Node projected = g.linear("time_embedding.cond_proj", cond, t.sinusoidDim(), false);
      x = g.add("time_embedding.cond", projected, x);
    }
    x = mlp("time_embedding", x, config.activation());
    taps.put("time_embedding", x);
    if (config.textTime().isPresent()) {
      x = g.add("add_embedding.sum", textTime(batch, config.textTime().get()), x);
    }
    return g.activate("time_embedding.activated", x, config.activation());
  }

  private Node textTime(int batch, TextTime t) {
    Shape textShape = Shape.of(batch, t.textDim());
    Node text = g.input(UNet2DConditionModel.TEXT_EMBEDS, textShape, DType.F32);
    Shape idShape = Shape.of(batch, TextTime.TIME_IDS);
    Node ids = g.input(UNet2DConditionModel.TIME_IDS, idShape, DType.F32);
    Node flat = g.reshape("time_ids.flat", ids, batch * TextTime.TIME_IDS);
    UNet2DConfig.Time time = config.time();
    Node sizes =
        g.timestepEmbedding(
            "add_time_proj", flat, t.timeDim(), time.flipSinToCos(), time.freqShift());
    sizes = g.reshape("add_time_proj.view", sizes, batch, TextTime.TIME_IDS * t.timeDim());
    // diffusers leaves this embedding at SiLU whatever act_fn says.
    return mlp("add_embedding", g.concat("add_embeds", text, sizes, 1), Activation.SILU);
  }

  private Node mlp(String prefix, Node x, Activation activation) {
    Node h = g.linear(prefix + ".linear_1", x, config.time().dim(), true);
    h = g.activate(prefix + ".act", h, activation);
    return g.linear(prefix + ".linear_2", h, config.time().dim(), true);
  }
}
