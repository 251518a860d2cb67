package dev.tandem.stages.unet;

import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op.Padding;
import dev.tandem.stages.layers.Layers;
import dev.tandem.stages.unet.UNet2DConfig.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The convolutional path: in, down, middle, up with skip connections, out. */
final class UNetBlocks {
  private final UNet2DConfig config;
  private final GraphBuilder g;
  private final Layers layers;
  private final Transformer2D transformer;
  private final Optional<Node> time;
  private final UNet2DConditionModel.Taps taps;
  private final Deque<Node> skips = new ArrayDeque<>();

  /**
   * @param time the activated time embedding
   * @param context {@code encoder_hidden_states}
   */
  UNetBlocks(
      UNet2DConfig config,
      GraphBuilder g,
      Node time,
      Node context,
      UNet2DConditionModel.Taps taps) {
    this.config = config;
    this.g = g;
    this.layers = new Layers(g, config.normGroups(), config.normEps(), config.activation());
    this.transformer = new Transformer2D(layers, config.linearProjection(), context);
    this.time = Optional.of(time);
    this.taps = taps;
  }

  /** The whole network. */
  Node apply(Node sample) {
    return out(inner(in(sample), 0));
  }

  /** The first convolution; its result is the first skip connection. */
  Node in(Node sample) {
    Node x = config.centerInput() ? g.scale("center_input", sample, 2, -1) : sample;
    x = conv("conv_in", x, config.down().getFirst().channels(), config.convInKernel());
    taps.put("conv_in", x);
    return skip(x);
  }

  /** Notes what the last level will join to its path. */
  Node skip(Node x) {
    skips.push(x);
    return x;
  }

  /** Layers of the first level; each result is a skip connection. */
  Node first(Node x, int from, int to) {
    for (int i = from; i < to; i++) {
      x = skip(layer("down_blocks.0", i, x, config.down().getFirst()));
    }
    return x;
  }

  /**
   * All between the first convolution and the last norm.
   *
   * @param done layers of the first level that are computed already
   */
  Node inner(Node x, int done) {
    for (int i = 0; i < config.down().size(); i++) {
      Level level = config.down().get(i);
      x = down("down_blocks." + i, x, level, i == 0 ? done : 0, i + 1 < config.down().size());
      taps.put("down_blocks." + i, x);
    }
    if (config.mid().isPresent()) {
      x = mid(x, config.mid().get());
      taps.put("mid_block", x);
    }
    for (int i = 0; i < config.up().size(); i++) {
      x = up("up_blocks." + i, x, config.up().get(i), i + 1 < config.up().size());
      taps.put("up_blocks." + i, x);
    }
    return x;
  }

  /** Layers of the last level, to its end. */
  Node last(Node x, int from) {
    int last = config.up().size() - 1;
    return upLayers("up_blocks." + last, x, config.up().get(last), from);
  }

  /** The last norm and convolution. */
  Node out(Node x) {
    x = layers.normActivate("conv_norm_out", x);
    return conv("conv_out", x, config.outChannels(), config.convOutKernel());
  }

  private Node conv(String prefix, Node x, int out, int kernel) {
    return g.conv2d(prefix, x, out, kernel, 1, Padding.same(kernel / 2), true);
  }

  private Node down(String p, Node x, Level level, int done, boolean downsample) {
    for (int i = done; i < level.layers(); i++) {
      x = skip(layer(p, i, x, level));
    }
    return downsample
        ? skip(layers.downsample(p + ".downsamplers.0", x, config.downsamplePadding()))
        : x;
  }

  private Node mid(Node x, Level level) {
    x = layers.resnet("mid_block.resnets.0", x, level.channels(), time);
    for (int i = 0; i < level.layers(); i++) {
      x = transformer.apply("mid_block.attentions." + i, x, level, level.depths().get(i));
      x = layers.resnet("mid_block.resnets." + (i + 1), x, level.channels(), time);
    }
    return x;
  }

  private Node up(String p, Node x, Level level, boolean upsample) {
    x = upLayers(p, x, level, 0);
    if (upsample) {
      var to = skips.element().shape();
      x = layers.upsample(p + ".upsamplers.0", x, to.dim(1), to.dim(2));
    }
    return x;
  }

  private Node upLayers(String p, Node x, Level level, int from) {
    for (int i = from; i < level.layers(); i++) {
      taps.before(p + ".layers." + i, x);
      x = g.concat(p + ".resnets." + i + ".concat", x, skips.pop(), 3);
      x = layer(p, i, x, level);
    }
    return x;
  }

  private Node layer(String p, int i, Node x, Level level) {
    x = layers.resnet(p + ".resnets." + i, x, level.channels(), time);
    int depth = level.depths().get(i);
    return depth == 0 ? x : transformer.apply(p + ".attentions." + i, x, level, depth);
  }
}
