package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import java.util.HashMap;
import java.util.Map;

/**
 * The denoising loop: noise of a seed to latents, by a sampler that asks the U-Net. Holds the U-Net
 * compiled for the size of the latest picture, for a batch of one and of two as needed. One thread
 * at a time.
 */
public final class DenoiseStage implements AutoCloseable {
  private final UNet2DConditionModel model;
  private final ModelWeights weights;
  private final Device device;
  private final CompileOptions options;
  private final Map<Integer, GuidedUNet> byBatch = new HashMap<>();

  /** Hears after each evaluation of the U-Net. */
  @FunctionalInterface
  public interface StepListener {
    /**
     * An evaluation is done.
     *
     * @param step counted from 1
     * @param latents the state after it, {@code [height, width, channels]}
     * @throws InterruptedException to give the picture up
     */
    void onStep(int step, int steps, float[] latents) throws InterruptedException;
  }

  /**
   * One picture's denoising.
   *
   * @param height of the latents
   * @param width of the latents
   * @param pixelsPerLatent each way: the VAE's scale factor
   */
  public record Job(
      Conditioning prompt,
      Conditioning negative,
      Guidance guidance,
      long seed,
      int height,
      int width,
      int pixelsPerLatent,
      Sampler sampler) {}

  public DenoiseStage(ModelFolder folder, Device device, CompileOptions options) {
    Component part = folder.component("unet");
    this.model = new UNet2DConditionModel(part.read(UNet2DConfig::of));
    this.weights = part.weights();
    this.device = device;
    this.options = options;
  }

  public UNet2DConfig config() {
    return model.config();
  }

  /** Whether {@link #evaluate} would not have to compile first. */
  public boolean ready(Denoising d, Half half) {
    GuidedUNet unet = byBatch.get(half.batch());
    return unet != null && unet.size().equals(size(d, half));
  }

  /**
   * One evaluation of the U-Net at the step where the picture stands; compiles first where needed.
   *
   * @return what {@link Denoising#advance(float[])} takes, or one half of it
   */
  public float[] evaluate(Denoising d, Half half, Runner runner) {
    GuidedUNet.Size size = size(d, half);
    GuidedUNet unet = byBatch.get(half.batch());
    if (unet == null || !unet.size().equals(size)) {
      if (unet != null) {
        byBatch.remove(half.batch()).close();
      }
      unet = new GuidedUNet(model, weights, size, device, options);
      byBatch.put(half.batch(), unet);
    }
    return unet.evaluate(d, half, runner);
  }

  /**
   * Runs the sampler from the seed's noise, all on this device.
   *
   * @return latents {@code [height, width, channels]}
   * @throws InterruptedException if the listener gave up
   */
  public float[] denoise(Job job, Runner runner, StepListener listener)
      throws InterruptedException {
    Denoising d = new Denoising(job, model.config());
    while (!d.done()) {
      d.advance(evaluate(d, d.guided() ? Half.BOTH : Half.CONDITIONAL, runner));
      listener.onStep(d.step(), d.evaluations(), d.latents());
    }
    return d.latents();
  }

  private static GuidedUNet.Size size(Denoising d, Half half) {
    Job job = d.job();
    return new GuidedUNet.Size(half.batch(), job.height, job.width, job.prompt.tokens());
  }

  /** Memory of the U-Net compiled for a half, 0 if it is not; bytes on the device. */
  public long bytes(Half half) {
    GuidedUNet unet = byBatch.get(half.batch());
    return unet == null ? 0 : unet.bytes();
  }

  @Override
  public void close() {
    byBatch.values().forEach(GuidedUNet::close);
    byBatch.clear();
    weights.close();
  }
}
