package dev.tandem.orchestrator.execution;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.orchestrator.request.GuidanceLimits;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.sampling.Course;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.sampling.Samplers;
import dev.tandem.stages.sampling.StepOptions;
import dev.tandem.stages.unet.UNet2DConfig;
import java.util.Optional;

/**
 * What a model's files say, without any device.
 *
 * @param scheduler {@code scheduler_config.json}
 */
record ModelInfo(ModelPlan plan, JsonNode scheduler) {
  static ModelInfo of(ModelPlan plan) {
    return new ModelInfo(plan, plan.folder().scheduler().config().json());
  }

  String name() {
    return plan.name();
  }

  UNet2DConfig unet() {
    return plan.unet();
  }

  /** Pixels that a latent stands for, each way. */
  int scale() {
    return plan.scaleFactor();
  }

  /**
   * The request with the model's own size and sampler filled in.
   *
   * @throws RequestException if the model cannot fulfil it
   * @throws dev.tandem.stages.checkpoint.CheckpointException if that is because its own sampler is
   *     not supported
   */
  PictureJob resolve(Request r) {
    int width;
    int height;
    try {
      width = plan.width(wanted(r.width(), r.init().map(i -> i.image().getWidth())));
      height = plan.height(wanted(r.height(), r.init().map(i -> i.image().getHeight())));
    } catch (IllegalArgumentException e) {
      throw new RequestException(e.getMessage());
    }
    Sampler sampler = sampler(r);
    Request resolved = r.withSize(width, height).withSampler(sampler.name());
    Course course = course(r, sampler);
    try {
      plan.requireCachePays(course.evaluations(), sampler.name());
    } catch (IllegalArgumentException e) {
      throw new RequestException(e.getMessage());
    }
    return new PictureJob(resolved, course, scale(), plan.guided(r.guidance()));
  }

  /** A side of a picture to begin with counts as far as the model can draw it. */
  private int wanted(int asked, Optional<Integer> init) {
    return asked > 0 || init.isEmpty() ? asked : Math.max(scale(), init.get() / scale() * scale());
  }

  private Course course(Request r, Sampler sampler) {
    if (r.init().isEmpty()) {
      return Course.whole(sampler);
    }
    if (!plan.encodes()) {
      throw new RequestException(
          "model '" + name() + "' cannot begin with a picture: its VAE has no encoder");
    }
    try {
      return plan.course(sampler, r.steps(), r.init().get().strength());
    } catch (IllegalArgumentException e) {
      throw new RequestException(e.getMessage());
    }
  }

  private Sampler sampler(Request r) {
    GuidanceLimits limits = r.limits();
    try {
      var config =
          limits.thresholds()
              ? Samplers.withThresholding(scheduler, limits.thresholdRatio(), limits.thresholdMax())
              : scheduler;
      StepOptions options = StepOptions.DEFAULT.withEta(r.eta().orElse(0));
      Sampler sampler =
          r.sampler().isEmpty()
              ? Samplers.of(config, options, r.steps())
              : Samplers.of(r.sampler(), config, options, r.steps());
      if (r.eta().isPresent()) {
        Samplers.requireEta(sampler.name());
      }
      if (limits.thresholds()) {
        Samplers.requireThresholding(sampler.name());
      }
      return sampler;
    } catch (IllegalArgumentException e) {
      if (r.sampler().isEmpty()) {
        plan.requireOwnSampler();
      }
      throw new RequestException(e.getMessage());
    }
  }
}
