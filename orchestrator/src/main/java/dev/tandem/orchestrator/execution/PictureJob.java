package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.placement.PictureKind;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.stages.sampling.Course;
import dev.tandem.stages.sampling.Guidance;

/**
 * A request as the model will fulfil it.
 *
 * @param request with width, height and sampler filled in
 * @param course which evaluations of the sampler it does
 * @param pixelsPerLatent each way: the VAE's scale factor
 * @param guided whether each evaluation of the U-Net has an unconditional half
 */
public record PictureJob(Request request, Course course, int pixelsPerLatent, boolean guided) {

  /** The same with the words, the seed and the picture to begin with of another request. */
  PictureJob with(Request r) {
    Request own = request.withPrompt(r.prompt()).withNegative(r.negative()).withSeed(r.seed());
    return new PictureJob(r.init().map(own::withInit).orElse(own), course, pixelsPerLatent, guided);
  }

  /** What its work depends on. */
  PictureKind kind() {
    return new PictureKind(evaluations(), guided, request.width(), request.height());
  }

  /** Evaluations of the U-Net; a guided one has two halves. */
  public int evaluations() {
    return course.evaluations();
  }

  /** How the halves of an evaluation are joined. */
  Guidance guidance() {
    return new Guidance(request.guidance(), request.limits().rescale());
  }

  /** Height of the latents. */
  int latentHeight() {
    return request.height() / pixelsPerLatent;
  }

  /** Width of the latents. */
  int latentWidth() {
    return request.width() / pixelsPerLatent;
  }
}
