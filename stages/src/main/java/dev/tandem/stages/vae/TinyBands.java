package dev.tandem.stages.vae;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The part of an {@link AutoencoderTiny}'s decoder behind its head, as steps over bands. */
final class TinyBands {
  private static final String OTHER = "other";

  private final AutoencoderTinyConfig config;
  private final List<BandStep> steps = new ArrayList<>();
  private int layer;
  private String x = "map";
  private String spare = "hidden";
  private BandStep.Size size;

  private TinyBands(AutoencoderTinyConfig config, BandStep.Size head, int layer) {
    this.config = config;
    this.size = head;
    this.layer = layer;
  }

  /**
   * All steps.
   *
   * @param head computes the first level's blocks, without enlarging
   * @param layer number of the first layer behind the head
   */
  static BandProgram of(AutoencoderTinyConfig config, Graph head, int layer) {
    TinyBands bands = new TinyBands(config, BandStep.Size.of(head), layer);
    String first = bands.x;
    bands.levels();
    return new BandProgram(head, first, bands.steps);
  }

  private String next() {
    return "decoder.layers." + layer++;
  }

  private void levels() {
    for (int level = 1; level < config.decoderBlocks().size(); level++) {
      next(); // the enlarging is a layer of its own
      enlarge(next());
      for (int i = 0; i < config.decoderBlocks().get(level); i++) {
        block(next());
      }
    }
    String last = next();
    int out = config.outChannels();
    BandStep.Size image = new BandStep.Size(size.height(), size.width(), out);
    step(
        last,
        x,
        Vae.IMAGE,
        1,
        image,
        Optional.empty(),
        (g, in, _) -> g.scale("decoder.range", conv3(g, last, in, out, true), 2, -1));
  }

  private void enlarge(String conv) {
    int scale = config.upsampling();
    size = new BandStep.Size(scale * size.height(), scale * size.width(), size.channels());
    int out = size.channels();
    step(
        conv,
        x,
        spare,
        scale,
        size,
        Optional.empty(),
        (g, in, _) -> conv3(g, conv, in, out, false));
    String small = x;
    x = spare;
    spare = small;
  }

  private void block(String p) {
    int c = size.channels();
    step(p + ".conv.0", x, spare, 1, size, Optional.empty(), activated(p, 0, c));
    step(p + ".conv.2", spare, OTHER, 1, size, Optional.empty(), activated(p, 2, c));
    step(
        p + ".conv.4",
        OTHER,
        x,
        1,
        size,
        Optional.of(x),
        (g, in, addend) -> {
          Node h = conv3(g, p + ".conv.4", in, c, true);
          Node sum = g.add(p + ".residual", h, addend.orElseThrow());
          return g.activate(p + ".fuse", sum, Activation.RELU);
        });
  }

  private BandStep.Layer activated(String p, int number, int out) {
    return (g, in, _) ->
        g.activate(
            p + ".conv." + (number + 1),
            conv3(g, p + ".conv." + number, in, out, true),
            config.activation());
  }

  private static Node conv3(GraphBuilder g, String prefix, Node x, int out, boolean bias) {
    return g.conv2d(prefix, x, out, 3, 1, BandStep.SIDES, bias);
  }

  private void step(
      String name,
      String from,
      String to,
      int scale,
      BandStep.Size shape,
      Optional<String> addend,
      BandStep.Layer of) {
    BandStep.Source in = new BandStep.Source(size.channels(), scale, Optional.empty());
    steps.add(new BandStep(name, from, to, in, shape, 3, addend, of));
  }
}
