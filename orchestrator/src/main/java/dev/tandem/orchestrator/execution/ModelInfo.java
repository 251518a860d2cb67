package dev.tandem.orchestrator.execution;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.orchestrator.GuidanceLimits;
import dev.tandem.orchestrator.Request;
import dev.tandem.orchestrator.RequestException;
import dev.tandem.stages.Denoising;
import dev.tandem.stages.ModelParts;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.sampling.Samplers;
import dev.tandem.stages.sampling.StepOptions;
import dev.tandem.stages.unet.UNet2DConfig;
import java.util.List;

/**
 * What a model's files say, without any device.
 *
 * @param name of its folder
 * @param scheduler {@code scheduler_config.json}
 */
record ModelInfo(String name, ModelParts parts, JsonNode scheduler) {
  private static final int USUAL_LATENTS = 64;

  static ModelInfo of(ModelParts parts) {
    ModelFolder folder = parts.folder();
    return new ModelInfo(
        folder.folder().toAbsolutePath().normalize().getFileName().toString(),
        parts,
        folder.scheduler().config().json());
  }

  UNet2DConfig unet() {
    return parts.unet().config();
  }

  /** Pixels that a latent stands for, each way. */
  int scale() {
    return parts.vae().scaleFactor();
  }

  /**
   * The request with the model's own size and sampler filled in.
   *
   * @throws RequestException if the model cannot fulfil it
   * @throws dev.tandem.stages.checkpoint.CheckpointException if that is because its own sampler is
   *     not supported
   */
  PictureJob resolve(Request r) {
    List<Integer> own = unet().sampleSize();
    int width = size("width", r.width(), own.isEmpty() ? USUAL_LATENTS : own.getLast());
    int height = size("height", r.height(), own.isEmpty() ? USUAL_LATENTS : own.getFirst());
    Sampler sampler = sampler(r);
    Request resolved = r.withSize(width, height).withSampler(sampler.name());
    return new PictureJob(resolved, sampler, scale(), Denoising.guided(unet(), r.guidance()));
  }

  private int size(String what, int pixels, int ownLatents) {
    int scale = scale();
    if (pixels == 0) {
      return (int) Math.min(Integer.MAX_VALUE, (long) ownLatents * scale);
    }
    if (pixels % scale != 0) {
      int below = pixels / scale * scale;
      throw new RequestException(
          what
              + " must be divisible by "
              + scale
              + ", got "
              + pixels
              + "; try "
              + (below == 0 ? "" : below + " or ")
              + (below + scale));
    }
    return pixels;
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
        parts.requireOwnSampler();
      }
      throw new RequestException(e.getMessage());
    }
  }
}
