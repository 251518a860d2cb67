package dev.tandem.stages;

import dev.tandem.graph.Graph;
import dev.tandem.graph.Shape;
import dev.tandem.stages.checkpoint.CheckpointException;
import dev.tandem.stages.unet.DeepCacheGraphs;
import dev.tandem.stages.unet.FirstBlockGraphs;
import java.util.List;

/** The networks of the denoising stage, whole or in the parts that a cache needs. */
record DenoisePlan(ModelParts parts, ModelOptions options) {
  /** Fewer evaluations differ too much from each other. */
  static final int LEAST_EVALUATIONS = 8;

  private static final String UNET = "unet";

  /** A graph of the U-Net for latents. */
  @FunctionalInterface
  private interface Builder {
    Graph graph(int batch, int height, int width, int tokens);
  }

  StagePlan stage() {
    return new StagePlan(StagePlan.DENOISE, networks());
  }

  private List<StagePlan.Part> networks() {
    if (!options.cache().takesOver()) {
      return List.of(part(UNET, 1, parts.unet()::graph));
    }
    return switch (options.cache()) {
      case StepCache.None _ -> throw new IllegalStateException("no cache takes something over");
      case StepCache.Deep deep -> {
        DeepCacheGraphs graphs = deep(deep);
        double full = 1.0 / deep.interval();
        yield List.of(
            part(UNET, full, graphs::full), part(UNET + " shallow", 1 - full, graphs::shallow));
      }
      case StepCache.FirstBlock _ -> {
        FirstBlockGraphs graphs = new FirstBlockGraphs(parts.unet());
        yield List.of(
            part(UNET + " first block", 1, graphs::first), part(UNET + " rest", 1, graphs::rest));
      }
    };
  }

  private DeepCacheGraphs deep(StepCache.Deep deep) {
    try {
      return new DeepCacheGraphs(parts.unet(), deep.block());
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          parts.folder().folder() + " with cache " + deep.text() + ": " + e.getMessage(), e);
    }
  }

  private StagePlan.Part part(String name, double runs, Builder builder) {
    return new StagePlan.Part(
        name, UNET, runs, (b, w, h) -> builder.graph(b, latents(h), latents(w), parts.tokens()));
  }

  private int latents(int pixels) {
    return pixels / parts.vae().scaleFactor();
  }

  /** See {@link ModelPlan#keptBytes}. */
  long keptBytes(int width, int height) {
    if (!options.cache().takesOver()) {
      return 0;
    }
    Graph first = networks().getFirst().builder().graph(2, width, height);
    return switch (options.cache()) {
      case StepCache.None _ -> 0;
      case StepCache.Deep _ -> bytes(first.output(DeepCacheGraphs.DEEP).shape());
      case StepCache.FirstBlock _ -> 2 * bytes(first.output(FirstBlockGraphs.FIRST).shape());
    };
  }

  private static long bytes(Shape shape) {
    return shape.elements() * Float.BYTES;
  }

  /** See {@link ModelPlan#requireCachePays}. */
  static void requireCachePays(ModelPlan plan, int evaluations, String sampler) {
    StepCache cache = plan.options().cache();
    if (!cache.takesOver()) {
      return;
    }
    String what = "cache " + cache.text();
    if (plan.unet().time().condDim() > 0
        || plan.folder().pipelineClass().startsWith("LatentConsistencyModel")
        || sampler.equals("lcm")) {
      throw new IllegalArgumentException(
          what
              + " does not suit a student of few steps (model '"
              + plan.name()
              + "', sampler "
              + sampler
              + "), whose evaluations have little in common; switch it off");
    }
    if (evaluations < LEAST_EVALUATIONS) {
      throw new IllegalArgumentException(
          what
              + " needs pictures of at least "
              + LEAST_EVALUATIONS
              + " evaluations of the U-Net, but this one has "
              + evaluations
              + "; raise the steps or switch it off");
    }
  }
}
