package dev.tandem.stages.vae;

import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op.Padding;
import dev.tandem.graph.Shape;
import dev.tandem.stages.layers.Layers;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Builds the graphs of diffusers' {@code AutoencoderKL} ({@code autoencoders/vae.py}). */
public final class AutoencoderKl implements Vae {
  private static final float NORM_EPS = 1e-6f;
  private static final List<String> ATTENTION_KEYS = List.of("to_q", "to_k", "to_v", "to_out.0");
  private static final List<String> OLD_ATTENTION_KEYS =
      List.of("query", "key", "value", "proj_attn");

  private final AutoencoderKlConfig config;
  private final List<String> attentionKeys;

  /**
   * @param weightNames keys of the checkpoint: older ones name the attention's weights {@code
   *     query, key, value, proj_attn}
   */
  public AutoencoderKl(AutoencoderKlConfig config, Set<String> weightNames) {
    this.config = config;
    boolean old = weightNames.stream().anyMatch(n -> n.endsWith(".attentions.0.query.weight"));
    this.attentionKeys = old ? OLD_ATTENTION_KEYS : ATTENTION_KEYS;
  }

  public AutoencoderKlConfig config() {
    return config;
  }

  @Override
  public int latentChannels() {
    return config.latentChannels();
  }

  @Override
  public int scaleFactor() {
    return 1 << (config.channels().size() - 1);
  }

  @Override
  public LatentScaling latentScaling() {
    return config.scaling();
  }

  @Override
  public String encoderOutput() {
    return MOMENTS;
  }

  @Override
  public Graph decode(int batch, int height, int width) {
    GraphBuilder g =
        new GraphBuilder("vae", "vae decoder [" + batch + ", " + height + ", " + width + "]");
    Layers layers = layers(g);
    Node x = head(layers, batch, height, width);
    List<Integer> channels = config.channels().reversed();
    for (int level = 0; level < channels.size(); level++) {
      String p = "decoder.up_blocks." + level;
      if (level > 0) {
        x = resnets(layers, p, x, channels.get(level), config.layersPerBlock() + 1);
      }
      if (level + 1 < channels.size()) {
        int h = 2 * x.shape().dim(1);
        int w = 2 * x.shape().dim(2);
        x = layers.upsample(p + ".upsamplers.0", x, h, w);
      }
    }
    return g.output(IMAGE, out(layers, "decoder", x, config.outChannels())).build();
  }

  /** All that the decoder does at the size of the latents. */
  private Node head(Layers layers, int batch, int height, int width) {
    GraphBuilder g = layers.g();
    int latent = config.latentChannels();
    Node x = g.input(LATENTS, Shape.of(batch, height, width, latent), DType.F32);
    if (config.postQuantConv()) {
      x = g.conv2d("post_quant_conv", x, latent, 1, 1, Padding.NONE, true);
    }
    int channels = config.channels().getLast();
    x = layers.conv3("decoder.conv_in", x, channels);
    x = mid(layers, "decoder.mid_block", x);
    return resnets(layers, "decoder.up_blocks.0", x, channels, config.layersPerBlock() + 1);
  }

  @Override
  public BandProgram bands(int height, int width) {
    GraphBuilder g = new GraphBuilder("vae", "vae decoder's head [" + height + ", " + width + "]");
    Node x = head(layers(g), 1, height, width);
    return KlBands.of(config, NORM_EPS, g.output(BandStep.RESULT, x).build());
  }

  @Override
  public Graph encode(int batch, int height, int width) {
    GraphBuilder g =
        new GraphBuilder("vae", "vae encoder [" + batch + ", " + height + ", " + width + "]");
    Layers layers = layers(g);
    Shape picture = Shape.of(batch, height, width, config.imageChannels());
    Node x = g.input(IMAGE, picture, DType.F32);
    List<Integer> channels = config.channels();
    x = layers.conv3("encoder.conv_in", x, channels.getFirst());
    for (int level = 0; level < channels.size(); level++) {
      String p = "encoder.down_blocks." + level;
      x = resnets(layers, p, x, channels.get(level), config.layersPerBlock());
      if (level + 1 < channels.size()) {
        x = layers.downsample(p + ".downsamplers.0", x, 0);
      }
    }
    x = mid(layers, "encoder.mid_block", x);
    int moments = 2 * config.latentChannels();
    x = out(layers, "encoder", x, moments);
    if (config.quantConv()) {
      x = g.conv2d("quant_conv", x, moments, 1, 1, Padding.NONE, true);
    }
    return g.output(MOMENTS, x).build();
  }

  private Layers layers(GraphBuilder g) {
    return new Layers(g, config.normGroups(), NORM_EPS, config.activation());
  }

  private static Node resnets(Layers layers, String p, Node x, int out, int n) {
    for (int i = 0; i < n; i++) {
      x = layers.resnet(p + ".resnets." + i, x, out, Optional.empty());
    }
    return x;
  }

  /** The final norm is followed by SiLU whatever {@code act_fn} says, as in diffusers. */
  private Node out(Layers layers, String p, Node x, int channels) {
    Layers last = new Layers(layers.g(), config.normGroups(), NORM_EPS, Activation.SILU);
    return last.conv3(p + ".conv_out", last.normActivate(p + ".conv_norm_out", x), channels);
  }

  private Node mid(Layers layers, String p, Node x) {
    int c = x.shape().dim(3);
    x = layers.resnet(p + ".resnets.0", x, c, Optional.empty());
    if (config.midAttention()) {
      x = attention(layers, p + ".attentions.0", x);
    }
    return layers.resnet(p + ".resnets.1", x, c, Optional.empty());
  }

  /** One head over all pixels, behind a group norm. */
  private Node attention(Layers layers, String p, Node x) {
    GraphBuilder g = layers.g();
    int c = x.shape().dim(3);
    Node residual = layers.tokens(p + ".residual.view", x);
    Node h = g.groupNorm(p + ".group_norm", x, config.normGroups(), NORM_EPS);
    h = layers.tokens(p + ".tokens", h);
    Node q = g.linear(p + "." + attentionKeys.get(0), h, c, true);
    Node k = g.linear(p + "." + attentionKeys.get(1), h, c, true);
    Node v = g.linear(p + "." + attentionKeys.get(2), h, c, true);
    h = g.attention(p, q, k, v, 1, false, (float) (1 / Math.sqrt(c)));
    h = g.add(p + ".residual", g.linear(p + "." + attentionKeys.get(3), h, c, true), residual);
    return layers.picture(p + ".picture", h, x);
  }
}
