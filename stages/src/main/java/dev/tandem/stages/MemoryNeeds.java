package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.GraphMemory;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Recompute;
import dev.tandem.stages.vae.BandProgram;
import dev.tandem.stages.vae.BandStep;
import dev.tandem.stages.vae.Tiles;
import java.util.List;

/**
 * What the stages of a model take on a device, known from its configs before anything is compiled
 * and without reading a weight: exactly, or as a {@link #rough} bound or the {@link #least} of it.
 */
public final class MemoryNeeds {
  private final ModelPlan plan;
  private final Kind kind;

  private enum Kind {
    EXACT,
    AT_MOST,
    AT_LEAST
  }

  private MemoryNeeds(ModelPlan plan, Kind kind) {
    this.plan = plan;
    this.kind = kind;
  }

  /** What a model needs. */
  public MemoryNeeds(ModelPlan plan) {
    this(plan, Kind.EXACT);
  }

  /** Tokens of every prompt. */
  public int tokens() {
    return plan.tokens();
  }

  /** Pixels that a latent stands for, each way. */
  public int scale() {
    return plan.scaleFactor();
  }

  /**
   * A stage for one size of picture or tile.
   *
   * @param stage its key
   * @param batch one of {@link StagePlan#batches}
   * @param height of the picture, pixels
   * @param width of the picture, pixels
   */
  public MemoryUse of(
      String stage, Device device, CompileOptions options, int batch, int height, int width) {
    return plan.stage(stage).graphs(batch, width, height).stream()
        .map(g -> use(device, Recompute.apply(g, options.recompute()), options))
        .reduce(MemoryUse.NONE, MemoryUse::plus);
  }

  /**
   * The VAE's encoder for one size of picture.
   *
   * @param height of the latents
   * @param width of the latents
   */
  public MemoryUse encode(Device device, CompileOptions options, int height, int width) {
    int scale = plan.scaleFactor();
    return of(StagePlan.IMAGE, device, options, 1, height * scale, width * scale);
  }

  /** All text encoders. */
  public MemoryUse text(Device device, CompileOptions options) {
    return of(StagePlan.TEXT, device, options, 1, 0, 0);
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
    return of(StagePlan.DENOISE, device, options, batch, pixels(height), pixels(width));
  }

  /**
   * The VAE's decoder for one size of picture, in the form in which it decodes. In bands that is
   * the largest step; a device whose memory is the host's also has the maps between them.
   *
   * @param height of the latents
   * @param width of the latents
   */
  public MemoryUse decode(
      Device device, CompileOptions options, int height, int width, Decoding form) {
    return switch (form) {
      case Decoding.Whole _ -> tile(device, options, height, width);
      case Decoding.Tiled t -> {
        Tiles tiles = Tiles.of(height, width, t.side());
        yield tile(device, options, tiles.height(), tiles.width());
      }
      case Decoding.Bands b -> bands(device, options, height, width, b.rows());
    };
  }

  private MemoryUse tile(Device device, CompileOptions options, int height, int width) {
    return of(StagePlan.DECODE, device, options, 1, pixels(height), pixels(width));
  }

  private MemoryUse bands(Device device, CompileOptions options, int height, int width, int rows) {
    BandProgram program = plan.bands(height, width);
    boolean host = device.info().type().usesHostMemory();
    MemoryUse most = use(device, program.head(), options);
    List<Long> maps = program.hostBytes();
    for (int i = 0; i < maps.size(); i++) {
      BandStep step = program.steps().get(i);
      MemoryUse band = use(device, step.graph(step.rows(rows)), options);
      long held = host ? maps.get(i) : 0;
      MemoryUse now = band.plus(new MemoryUse(held, 0, 0, 0));
      most = now.total() > most.total() ? now : most;
    }
    return most;
  }

  private int pixels(int latents) {
    return latents * plan.scaleFactor();
  }

  /**
   * The same with a bound instead of exact numbers, which takes no time: an exact estimate takes a
   * part of the time of compiling, and where a device has plenty the first picture need not wait
   * for it.
   */
  public MemoryNeeds rough() {
    return new MemoryNeeds(plan, Kind.AT_MOST);
  }

  /**
   * The same with what any device takes at least, which takes no time either: what is far too large
   * need not be laid out by a device to be refused.
   */
  public MemoryNeeds least() {
    return new MemoryNeeds(plan, Kind.AT_LEAST);
  }

  /** Whether a device is asked, which must not be at work meanwhile. */
  public boolean asks(CompileOptions options) {
    return switch (kind) {
      case AT_LEAST -> false;
      case AT_MOST -> !options.equals(CompileOptions.DEFAULT);
      case EXACT -> true;
    };
  }

  private MemoryUse use(Device device, Graph graph, CompileOptions options) {
    return switch (kind) {
      case AT_LEAST -> GraphMemory.least(graph, options);
      case AT_MOST -> GraphMemory.rough(device, graph, options);
      case EXACT -> device.estimate(graph, options);
    };
  }
}
