package dev.tandem.stages.vae;

import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op.Padding;
import dev.tandem.graph.Shape;

/**
 * Builds the graphs of diffusers' {@code AutoencoderTiny} ({@code EncoderTiny} and {@code
 * DecoderTiny} in {@code autoencoders/vae.py}). Its layers are numbered, activations and
 * upsamplings included.
 */
public final class AutoencoderTiny implements Vae {
  private final AutoencoderTinyConfig config;

  public AutoencoderTiny(AutoencoderTinyConfig config) {
    this.config = config;
  }

  public AutoencoderTinyConfig config() {
    return config;
  }

  @Override
  public int latentChannels() {
    return config.latentChannels();
  }

  @Override
  public int scaleFactor() {
    return (int) Math.pow(config.upsampling(), config.decoderBlocks().size() - 1.0);
  }

  @Override
  public LatentScaling latentScaling() {
    return config.scaling();
  }

  @Override
  public String encoderOutput() {
    return LATENTS;
  }

  @Override
  public Graph decode(int batch, int height, int width) {
    GraphBuilder g =
        new GraphBuilder("vae", "vae decoder [" + batch + ", " + height + ", " + width + "]");
    Numbered layers = new Numbered(g, "decoder.layers.");
    Node x = head(layers, batch, height, width);
    int c = config.decoderChannels();
    int levels = config.decoderBlocks().size();
    for (int level = 1; level < levels; level++) {
      int h = config.upsampling() * x.shape().dim(1);
      int w = config.upsampling() * x.shape().dim(2);
      x = g.upsample(layers.next(), x, h, w);
      x = layers.conv(x, c, 1, false);
      for (int i = 0; i < config.decoderBlocks().get(level); i++) {
        x = block(g, layers.next(), x);
      }
    }
    x = layers.conv(x, config.outChannels(), 1, true);
    return g.output(IMAGE, g.scale("decoder.range", x, 2, -1)).build();
  }

  /** All that the decoder does at the size of the latents. */
  private Node head(Numbered layers, int batch, int height, int width) {
    GraphBuilder g = layers.g;
    Node x = g.input(LATENTS, Shape.of(batch, height, width, config.latentChannels()), DType.F32);
    x = g.activate("decoder.clamp", g.scale("decoder.clamp.in", x, 1f / 3, 0), Activation.TANH);
    x = g.scale("decoder.clamp.out", x, 3, 0);
    x = layers.conv(x, config.decoderChannels(), 1, true);
    x = g.activate(layers.next(), x, config.activation());
    for (int i = 0; i < config.decoderBlocks().getFirst(); i++) {
      x = block(g, layers.next(), x);
    }
    return x;
  }

  @Override
  public BandProgram bands(int height, int width) {
    GraphBuilder g = new GraphBuilder("vae", "vae decoder's head [" + height + ", " + width + "]");
    Numbered layers = new Numbered(g, "decoder.layers.");
    Node x = head(layers, 1, height, width);
    Graph head = g.output(BandStep.RESULT, x).build();
    return TinyBands.of(config, head, layers.index);
  }

  @Override
  public Graph encode(int batch, int height, int width) {
    GraphBuilder g =
        new GraphBuilder("vae", "vae encoder [" + batch + ", " + height + ", " + width + "]");
    Shape picture = Shape.of(batch, height, width, config.imageChannels());
    Node x = g.scale("encoder.range", g.input(IMAGE, picture, DType.F32), 0.5f, 0.5f);
    Numbered layers = new Numbered(g, "encoder.layers.");
    int c = config.encoderChannels();
    for (int level = 0; level < config.encoderBlocks().size(); level++) {
      x = level == 0 ? layers.conv(x, c, 1, true) : layers.conv(x, c, 2, false);
      for (int i = 0; i < config.encoderBlocks().get(level); i++) {
        x = block(g, layers.next(), x);
      }
    }
    return g.output(LATENTS, layers.conv(x, config.latentChannels(), 1, true)).build();
  }

  /** {@code AutoencoderTinyBlock}: three convolutions plus the input, then always ReLU. */
  private Node block(GraphBuilder g, String p, Node x) {
    int c = x.shape().dim(3);
    Node h = conv3(g, p + ".conv.0", x, c, 1, true);
    h = g.activate(p + ".conv.1", h, config.activation());
    h = conv3(g, p + ".conv.2", h, c, 1, true);
    h = g.activate(p + ".conv.3", h, config.activation());
    h = conv3(g, p + ".conv.4", h, c, 1, true);
    return g.activate(p + ".fuse", g.add(p + ".residual", h, x), Activation.RELU);
  }

  private static Node conv3(
      GraphBuilder g, String name, Node x, int out, int stride, boolean bias) {
    return g.conv2d(name, x, out, 3, stride, Padding.same(1), bias);
  }

  /** The layers of a {@code torch.nn.Sequential}: keys count up. */
  private static final class Numbered {
    private final GraphBuilder g;
    private final String prefix;
    private int index;

    Numbered(GraphBuilder g, String prefix) {
      this.g = g;
      this.prefix = prefix;
    }

    String next() {
      return prefix + index++;
    }

    Node conv(Node x, int out, int stride, boolean bias) {
      return conv3(g, next(), x, out, stride, bias);
    }
  }
}
