package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.GuidanceLimits;
import dev.tandem.orchestrator.Request;
import dev.tandem.orchestrator.RequestException;
import dev.tandem.stages.Denoising;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.sampling.Samplers;
import dev.tandem.stages.sampling.StepOptions;
import dev.tandem.stages.unet.UNet2DConfig;
import dev.tandem.stages.vae.Vae;
import java.util.List;

/**
 * What a model's files say, without any device.
 *
 * @param name of its folder
 * @param scale pixels that a latent stands for, each way
 */
record ModelInfo(ModelFolder folder, String name, UNet2DConfig unet, int scale) {
  private static final int USUAL_LATENTS = 64;

  /**
   * Reads the configs of a model, and the headers of its weights: what is wrong with them is known
   * before a run.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if a part is missing or damaged
   */
  static ModelInfo of(ModelFolder folder) {
    UNet2DConfig unet = UNet2DConfig.of(folder.component("unet").config().json());
    for (String network : List.of("text_encoder", "text_encoder_2", "unet")) {
      if (folder.has(network)) {
        folder.component(network).weights().close();
      }
    }
    Component part = folder.component("vae");
    try (ModelWeights weights = part.weights()) {
      Vae vae = Vae.of(part.config().json(), weights.names());
      String name = folder.folder().toAbsolutePath().normalize().getFileName().toString();
      return new ModelInfo(folder, name, unet, vae.scaleFactor());
    }
  }

  /**
   * The request with the model's own size and sampler filled in.
   *
   * @throws RequestException if the model cannot fulfil it
   */
  PictureJob resolve(Request r) {
    List<Integer> own = unet.sampleSize();
    int width = size("width", r.width(), own.isEmpty() ? USUAL_LATENTS : own.getLast());
    int height = size("height", r.height(), own.isEmpty() ? USUAL_LATENTS : own.getFirst());
    Sampler sampler = sampler(r);
    Request resolved = r.withSize(width, height).withSampler(sampler.name());
    return new PictureJob(resolved, sampler, scale, Denoising.guided(unet, r.guidance()));
  }

  private int size(String what, int pixels, int ownLatents) {
    if (pixels == 0) {
      return ownLatents * scale;
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
    var own = folder.scheduler().config().json();
    GuidanceLimits limits = r.limits();
    try {
      var config =
          limits.thresholds()
              ? Samplers.withThresholding(own, limits.thresholdRatio(), limits.thresholdMax())
              : own;
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
      throw new RequestException(e.getMessage());
    }
  }
}
