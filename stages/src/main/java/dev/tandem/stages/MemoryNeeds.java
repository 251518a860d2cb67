package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;

/**
 * What the stages of a model take on a device, known from its configs before anything is compiled
 * and without reading a weight: exactly, or as a {@link #rough} bound or the {@link #least} of it.
 */
public final class MemoryNeeds {
  /** Winograd weights are four times as large as the checkpoint's, and panels are padded. */
  private static final int MOST_OF_WEIGHTS = 8;

  /** Winograd's input and output are 2.25 times as large as the tensors. */
  private static final int MOST_OF_ACTIVATIONS = 4;

  private static final long MOST_OF_THE_REST = 64 << 20;

  private final ModelParts parts;
  private final Kind kind;

  private enum Kind {
    EXACT,
    AT_MOST,
    AT_LEAST
  }

  private MemoryNeeds(ModelParts parts, Kind kind) {
    this.parts = parts;
    this.kind = kind;
  }

  /** What a model needs. */
  public MemoryNeeds(ModelParts parts) {
    this(parts, Kind.EXACT);
  }

  /** Tokens of every prompt. */
  public int tokens() {
    return parts.tokens();
  }

  /** All text encoders. */
  public MemoryUse text(Device device, CompileOptions options) {
    return parts.text().stream()
        .map(t -> use(device, t.model().graph(1, t.tokens(), t.outputs()), options))
        .reduce(MemoryUse.NONE, MemoryUse::plus);
  }

  /**
   * The U-Net for one size of picture.
   *
   * @param batch 2 with guidance, 1 without or for one half of it
   * @param height of the latents
   * @param width of the latents
   */
  public MemoryUse denoise(
      Device device, CompileOptions options, int batch, int height, int width) {
    return use(device, parts.unet().graph(batch, height, width, tokens()), options);
  }

  /**
   * The VAE's decoder for one size of picture or tile.
   *
   * @param height of the latents
   * @param width of the latents
   */
  public MemoryUse decode(Device device, CompileOptions options, int height, int width) {
    return use(device, parts.vae().decode(1, height, width), options);
  }

  /**
   * The same with a bound instead of exact numbers, which takes no time: an exact estimate takes a
   * part of the time of compiling, and where a device has plenty the first picture need not wait
   * for it.
   */
  public MemoryNeeds rough() {
    return new MemoryNeeds(parts, Kind.AT_MOST);
  }

  /**
   * The same with what any device takes at least, which takes no time either: what is far too large
   * need not be laid out by a device to be refused.
   */
  public MemoryNeeds least() {
    return new MemoryNeeds(parts, Kind.AT_LEAST);
  }

  private MemoryUse use(Device device, Graph graph, CompileOptions options) {
    return switch (kind) {
      case AT_LEAST -> least(graph, options);
      // The device is to refuse what it cannot do, so it is asked for all but the usual.
      case AT_MOST ->
          options.equals(CompileOptions.DEFAULT) ? bound(graph) : device.estimate(graph, options);
      case EXACT -> device.estimate(graph, options);
    };
  }

  /**
   * No more than any device takes for a graph: what is alive at one time, fused as devices do it,
   * and the weights, which may be kept in 16 bits.
   */
  public static MemoryUse least(Graph graph, CompileOptions options) {
    int part = options.precision() == CompileOptions.Precision.F16 ? 2 : 1;
    Graph fused = Fusion.apply(graph);
    long activations = MemoryPlan.of(fused, 1).peakLiveBytes() / part;
    long weights = graph.weights().stream().mapToLong(Node::bytes).sum() / 2;
    long largest =
        fused.nodes().stream().filter(Node::isComputed).mapToLong(Node::bytes).max().orElse(1);
    return new MemoryUse(activations, weights, 0, largest / part);
  }

  /** More than any device takes for a graph, from the sizes of its values alone. */
  public static MemoryUse bound(Graph graph) {
    long weights = 0;
    long activations = 0;
    for (Node n : graph.nodes()) {
      if (n.isWeight()) {
        weights += MOST_OF_WEIGHTS * n.bytes();
      } else if (!n.isView()) {
        activations += MOST_OF_ACTIVATIONS * n.bytes();
      }
    }
    long largest = Math.max(MOST_OF_THE_REST, Math.max(weights, activations));
    return new MemoryUse(activations, weights, MOST_OF_THE_REST, largest);
  }
}
