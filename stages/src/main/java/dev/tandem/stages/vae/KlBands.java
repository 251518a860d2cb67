package dev.tandem.stages.vae;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op.Padding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The part of an {@link AutoencoderKl}'s decoder behind its head, as steps over bands. */
final class KlBands {
  private static final String HIDDEN = "hidden";
  private static final String WIDE = "shortcut";

  private final AutoencoderKlConfig config;
  private final float eps;
  private final List<BandStep> steps = new ArrayList<>();
  private String x = "map";
  private String spare = HIDDEN;
  private BandStep.Size size;

  private KlBands(AutoencoderKlConfig config, float eps, BandStep.Size head) {
    this.config = config;
    this.eps = eps;
    this.size = head;
  }

  /**
   * All steps.
   *
   * @param head computes the first level's blocks, without enlarging
   */
  static BandProgram of(AutoencoderKlConfig config, float eps, Graph head) {
    KlBands bands = new KlBands(config, eps, BandStep.Size.of(head));
    String first = bands.x;
    bands.levels();
    return new BandProgram(head, first, bands.steps);
  }

  private void levels() {
    List<Integer> channels = config.channels().reversed();
    for (int level = 0; level < channels.size(); level++) {
      String p = "decoder.up_blocks." + level;
      for (int i = 0; level > 0 && i <= config.layersPerBlock(); i++) {
        resnet(p + ".resnets." + i, channels.get(level));
      }
      if (level + 1 < channels.size()) {
        enlarge(p + ".upsamplers.0.conv");
      }
    }
    step(
        "decoder.conv_out",
        x,
        Vae.IMAGE,
        norm("decoder.conv_norm_out"),
        channels(config.outChannels()),
        3,
        Optional.empty(),
        (g, in, _) ->
            conv3(
                g,
                "decoder.conv_out",
                g.activate("act", in, Activation.SILU),
                config.outChannels()));
  }

  private void resnet(String p, int out) {
    BandStep.Size wide = channels(out);
    step(p + ".conv1", x, spare, norm(p + ".norm1"), wide, 3, Optional.empty(), conv(p, "1", out));
    if (size.channels() != out) {
      String to = size.channels() > out ? x : WIDE;
      step(
          p + ".conv_shortcut",
          x,
          to,
          new BandStep.Source(size.channels(), 1, Optional.empty()),
          wide,
          1,
          Optional.empty(),
          (g, in, _) -> g.conv2d(p + ".conv_shortcut", in, out, 1, 1, Padding.NONE, true));
      x = to;
    }
    size = wide;
    step(p + ".conv2", spare, x, norm(p + ".norm2"), wide, 3, Optional.of(x), conv(p, "2", out));
  }

  private BandStep.Layer conv(String p, String number, int out) {
    return (g, in, addend) -> {
      Node h = g.activate(p + ".norm" + number + ".act", in, config.activation());
      Node y = conv3(g, p + ".conv" + number, h, out);
      return addend.map(a -> g.add(p + ".residual", y, a)).orElse(y);
    };
  }

  private void enlarge(String conv) {
    BandStep.Size larger = new BandStep.Size(2 * size.height(), 2 * size.width(), size.channels());
    step(
        conv,
        x,
        spare,
        new BandStep.Source(size.channels(), 2, Optional.empty()),
        larger,
        3,
        Optional.empty(),
        (g, in, _) -> conv3(g, conv, in, larger.channels()));
    String small = x;
    x = spare;
    spare = small;
    size = larger;
  }

  private static Node conv3(GraphBuilder g, String prefix, Node x, int out) {
    return g.conv2d(prefix, x, out, 3, 1, BandStep.SIDES, true);
  }

  private BandStep.Source norm(String prefix) {
    BandStep.Norm norm = new BandStep.Norm(prefix, config.normGroups(), eps);
    return new BandStep.Source(size.channels(), 1, Optional.of(norm));
  }

  private BandStep.Size channels(int n) {
    return new BandStep.Size(size.height(), size.width(), n);
  }

  private void step(
      String name,
      String from,
      String to,
      BandStep.Source in,
      BandStep.Size shape,
      int kernel,
      Optional<String> addend,
      BandStep.Layer layer) {
    steps.add(new BandStep(name, from, to, in, shape, kernel, addend, layer));
  }
}
