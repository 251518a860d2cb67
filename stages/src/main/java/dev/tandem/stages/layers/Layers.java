package dev.tandem.stages.layers;

import dev.tandem.graph.Activation;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op.Padding;
import java.util.Optional;

/**
 * The convolutional blocks that U-Net and VAE share, in diffusers' key names. Sums are written so
 * that {@link dev.tandem.graph.Fusion} can fold them into the convolution before them.
 *
 * @param groups of every group norm
 * @param eps of every group norm
 * @param activation between norm and convolution
 */
public record Layers(GraphBuilder g, int groups, float eps, Activation activation) {

  /**
   * {@code ResnetBlock2D}: norm, activation, 3x3 convolution, time embedding, and again, plus the
   * input (through a 1x1 convolution where channels change).
   *
   * @param time the activated time embedding {@code [batch, n]}; empty in a VAE
   */
  public Node resnet(String prefix, Node x, int out, Optional<Node> time) {
    Node h = normActivate(prefix + ".norm1", x);
    Node skip =
        x.shape().dim(3) == out
            ? x
            : g.conv2d(prefix + ".conv_shortcut", x, out, 1, 1, Padding.NONE, true);
    h = conv3(prefix + ".conv1", h, out);
    if (time.isPresent()) {
      Node t = g.linear(prefix + ".time_emb_proj", time.get(), out, true);
      int batch = t.shape().dim(0);
      h = g.add(prefix + ".time", h, g.reshape(prefix + ".time.view", t, batch, 1, 1, out));
    }
    h = normActivate(prefix + ".norm2", h);
    h = conv3(prefix + ".conv2", h, out);
    return g.add(prefix + ".residual", h, skip);
  }

  /** Group norm followed by the activation. */
  public Node normActivate(String prefix, Node x) {
    return g.activate(prefix + ".act", g.groupNorm(prefix, x, groups, eps), activation);
  }

  /** 3x3 convolution that keeps height and width. */
  public Node conv3(String prefix, Node x, int out) {
    return g.conv2d(prefix, x, out, 3, 1, Padding.same(1), true);
  }

  /**
   * {@code Downsample2D}: 3x3 convolution of stride 2.
   *
   * @param padding on all sides; 0 means one row and column at the bottom and right, as diffusers
   *     has it
   */
  public Node downsample(String prefix, Node x, int padding) {
    Padding p = padding == 0 ? new Padding(0, 0, 1, 1) : Padding.same(padding);
    return g.conv2d(prefix + ".conv", x, x.shape().dim(3), 3, 2, p, true);
  }

  /** {@code Upsample2D}: nearest neighbour to the given size, then a 3x3 convolution. */
  public Node upsample(String prefix, Node x, int height, int width) {
    Node up = g.upsample(prefix, x, height, width);
    return conv3(prefix + ".conv", up, x.shape().dim(3));
  }

  /** {@code [batch, height, width, channels]} seen as {@code [batch, tokens, channels]}. */
  public Node tokens(String name, Node x) {
    var s = x.shape();
    return g.reshape(name, x, s.dim(0), s.dim(1) * s.dim(2), s.dim(3));
  }

  /** Tokens seen as a picture of the height and width of {@code like}. */
  public Node picture(String name, Node tokens, Node like) {
    var s = like.shape();
    return g.reshape(name, tokens, s.dim(0), s.dim(1), s.dim(2), tokens.shape().dim(2));
  }
}
