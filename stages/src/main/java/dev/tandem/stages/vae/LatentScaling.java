package dev.tandem.stages.vae;

import dev.tandem.stages.layers.ConfigReader;
import java.util.List;

/**
 * Between the latents of the denoiser (unit variance) and those of the decoder, as diffusers'
 * pipelines do it: {@code x / factor + shift}, or with statistics for each channel {@code x * std /
 * factor + mean}. A VAE's config may hold more than its pipeline looks at: see {@link #inPipeline}.
 *
 * @param factor {@code scaling_factor}
 * @param shift {@code shift_factor}
 * @param mean {@code latents_mean}, one a channel, or empty
 * @param std {@code latents_std}, one a channel, or empty
 */
public record LatentScaling(float factor, float shift, List<Float> mean, List<Float> std) {
  public LatentScaling {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (!(Math.abs(factor) > 0)) {
      throw new IllegalArgumentException("scaling factor " + factor + " must not be zero");
    }
    if (mean.size() != std.size()) {
      throw new IllegalArgumentException(
          "latents_mean has " + mean.size() + " values, latents_std " + std.size());
    }
  }

  static LatentScaling of(ConfigReader r, float defaultFactor, int channels) {
    float factor = r.number("scaling_factor", defaultFactor);
    if (factor == 0) {
      throw r.error("scaling_factor", "is 0");
    }
    List<Float> mean = r.numbers("latents_mean");
    List<Float> std = r.numbers("latents_std");
    for (String key : List.of("latents_mean", "latents_std")) {
      int size = r.numbers(key).size();
      // diffusers takes the statistics into account only where both are given.
      if (size != 0 && size != channels) {
        throw r.error(key, "has " + size + " values, the latents have " + channels + " channels");
      }
    }
    boolean both = !mean.isEmpty() && !std.isEmpty();
    return new LatentScaling(
        factor, r.number("shift_factor", 0), both ? mean : List.of(), both ? std : List.of());
  }

  /**
   * What diffusers' pipelines of Stable Diffusion make of a config: those of XL apply the
   * statistics, the others divide by the factor only. None of them adds the shift (that is for
   * Stable Diffusion 3 and FLUX).
   */
  public LatentScaling inPipeline(boolean xl) {
    return xl
        ? new LatentScaling(factor, 0, mean, std)
        : new LatentScaling(factor, 0, List.of(), List.of());
  }

  /** Denoised latents to what the decoder takes, in place; channels innermost. */
  public void toDecoder(float[] latents) {
    for (int i = 0; i < latents.length; i++) {
      latents[i] =
          mean.isEmpty()
              ? latents[i] / factor + shift
              : latents[i] * std.get(i % std.size()) / factor + mean.get(i % mean.size());
    }
  }

  /** What the encoder gives to what the denoiser takes, in place; channels innermost. */
  public void fromEncoder(float[] latents) {
    for (int i = 0; i < latents.length; i++) {
      latents[i] =
          mean.isEmpty()
              ? (latents[i] - shift) * factor
              : (latents[i] - mean.get(i % mean.size())) * factor / std.get(i % std.size());
    }
  }
}
