package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Executables;
import dev.tandem.stages.sampling.Course;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.Sampler;
import java.util.Optional;

/**
 * The denoising loop: noise of a seed to latents, by a sampler that asks the U-Net, compiled for
 * the size of the picture and for a batch of one or two as needed. Of the stages of one model on
 * one device only one may be used: it knows what is in the inputs of what is compiled. Closing it
 * lets the weights go, not what was compiled. One thread at a time.
 */
public final class DenoiseStage implements AutoCloseable {
  private final ModelPlan plan;
  private final GuidedUNet unet;

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
   * @param picture to begin with; empty to begin with noise alone
   */
  public record Job(
      Conditioning prompt,
      Conditioning negative,
      Guidance guidance,
      long seed,
      int height,
      int width,
      Course course,
      Optional<EncodedPicture> picture) {
    /** From noise to a picture. */
    public Job(
        Conditioning prompt,
        Conditioning negative,
        Guidance guidance,
        long seed,
        int height,
        int width,
        Sampler sampler) {
      this(
          prompt, negative, guidance, seed, height, width, Course.whole(sampler), Optional.empty());
    }
  }

  /** Opens the weights; the device is not used yet. */
  public DenoiseStage(ModelPlan plan, Executables executables, CompileOptions options) {
    this.plan = plan;
    unet = GuidedUNet.of(plan, executables, options);
  }

  /** Whether {@link #evaluate} would not have to compile first. */
  public boolean ready(Denoising d, Half half) {
    return unet.ready(d, half);
  }

  /** Whether most of the next evaluation is sure to be taken over from an earlier one. */
  public boolean shallow(Denoising d, Half half) {
    return unet.shallow(d, half);
  }

  /**
   * One evaluation of the U-Net at the step where the picture stands; compiles first where needed.
   *
   * @return what {@link Denoising#advance(Evaluation)} takes, or one half of it
   */
  public Evaluation evaluate(Denoising d, Half half, Runner runner) {
    return unet.evaluate(d, half, runner);
  }

  /**
   * Runs the sampler from the seed's noise or the given picture, all on this device.
   *
   * @return latents {@code [height, width, channels]}
   * @throws InterruptedException if the listener gave up
   */
  public float[] denoise(Job job, Runner runner, StepListener listener)
      throws InterruptedException {
    Denoising d = new Denoising(job, plan);
    while (!d.done()) {
      d.advance(evaluate(d, d.guided() ? Half.BOTH : Half.CONDITIONAL, runner));
      listener.onStep(d.step(), d.evaluations(), d.latents());
    }
    return d.latents();
  }

  /** Memory of what of the U-Net is compiled for a half; bytes on the device. */
  public long bytes(Denoising d, Half half) {
    return unet.bytes(d, half);
  }

  @Override
  public void close() {
    unet.close();
  }
}
