package dev.tandem.stages.unet;

import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op.Padding;
import dev.tandem.stages.layers.Layers;

/**
 * diffusers' {@code Transformer2DModel} with {@code BasicTransformerBlock}s: self-attention,
 * attention to the text, GEGLU feed-forward, each behind a layer norm and added to its input.
 *
 * @param context {@code encoder_hidden_states} {@code [batch, tokens, channels]}
 */
record Transformer2D(Layers layers, boolean linearProjection, Node context) {
  private static final float GROUP_NORM_EPS = 1e-6f;
  private static final float LAYER_NORM_EPS = 1e-5f;

  Node apply(String prefix, Node x, UNet2DConfig.Level level, int depth) {
    GraphBuilder g = layers.g();
    int inner = level.heads() * (x.shape().dim(3) / level.heads());
    Node residual = layers.tokens(prefix + ".residual.view", x);
    Node h = g.groupNorm(prefix + ".norm", x, layers.groups(), GROUP_NORM_EPS);
    h = project(prefix + ".proj_in", h, inner);
    h = layers.tokens(prefix + ".tokens", h);
    for (int i = 0; i < depth; i++) {
      h = block(prefix + ".transformer_blocks." + i, h, level);
    }
    // The sum is made where the projection is, so that it can be folded into it.
    if (linearProjection) {
      h = g.add(prefix + ".residual", project(prefix + ".proj_out", h, x.shape().dim(3)), residual);
      return layers.picture(prefix + ".picture", h, x);
    }
    h = layers.picture(prefix + ".picture", h, x);
    return g.add(prefix + ".residual", project(prefix + ".proj_out", h, x.shape().dim(3)), x);
  }

  private Node project(String prefix, Node x, int out) {
    GraphBuilder g = layers.g();
    return linearProjection
        ? g.linear(prefix, x, out, true)
        : g.conv2d(prefix, x, out, 1, 1, Padding.NONE, true);
  }

  private Node block(String p, Node x, UNet2DConfig.Level level) {
    GraphBuilder g = layers.g();
    Node h = g.layerNorm(p + ".norm1", x, LAYER_NORM_EPS);
    x = attend(p + ".attn1", x, h, level.onlyCrossAttention() ? context : h, level.heads());
    h = g.layerNorm(p + ".norm2", x, LAYER_NORM_EPS);
    x = attend(p + ".attn2", x, h, context, level.heads());
    h = g.layerNorm(p + ".norm3", x, LAYER_NORM_EPS);
    int c = x.shape().dim(2);
    h = g.geglu(p + ".ff.geglu", g.linear(p + ".ff.net.0.proj", h, 8 * c, true));
    return g.add(p + ".residual3", g.linear(p + ".ff.net.2", h, c, true), x);
  }

  private Node attend(String p, Node residual, Node from, Node to, int heads) {
    GraphBuilder g = layers.g();
    int c = from.shape().dim(2);
    Node q = g.linear(p + ".to_q", from, c, false);
    Node k = g.linear(p + ".to_k", to, c, false);
    Node v = g.linear(p + ".to_v", to, c, false);
    float scale = (float) (1 / Math.sqrt((double) c / heads));
    Node h = g.attention(p, q, k, v, heads, false, scale);
    return g.add(p + ".residual", g.linear(p + ".to_out.0", h, c, true), residual);
  }
}
