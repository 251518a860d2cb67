package dev.tandem.stages.clip;

import dev.tandem.graph.Activation;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;

/**
 * A transformer layer of either CLIP tower: transformers' {@code CLIPEncoderLayer}.
 *
 * @param intermediate channels inside the MLP
 * @param activation inside the MLP
 * @param eps of the layer norms
 * @param causal whether a token sees only those before it: in the text tower
 */
record ClipLayer(
    GraphBuilder g, int heads, int intermediate, Activation activation, float eps, boolean causal) {
  /**
   * Adds the layer.
   *
   * @param p prefix of its weights
   * @param x {@code [batch, tokens, channels]}
   * @return of the same shape
   */
  Node build(String p, Node x) {
    int c = x.shape().dim(2);
    Node h = g.layerNorm(p + ".layer_norm1", x, eps);
    Node q = g.linear(p + ".self_attn.q_proj", h, c, true);
    Node k = g.linear(p + ".self_attn.k_proj", h, c, true);
    Node v = g.linear(p + ".self_attn.v_proj", h, c, true);
    float scale = (float) (1 / Math.sqrt((double) c / heads));
    h = g.attention(p + ".self_attn", q, k, v, heads, causal, scale);
    Node attended = g.add(p + ".residual1", g.linear(p + ".self_attn.out_proj", h, c, true), x);
    h = g.layerNorm(p + ".layer_norm2", attended, eps);
    h = g.linear(p + ".mlp.fc1", h, intermediate, true);
    h = g.activate(p + ".mlp.act", h, activation);
    return g.add(p + ".residual2", g.linear(p + ".mlp.fc2", h, c, true), attended);
  }
}
