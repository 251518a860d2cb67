package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.random.TorchGenerator;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.NoiseSource;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.sampling.SamplerState;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;

/**
 * The denoising loop: noise of a seed to latents, by a sampler that asks the U-Net. Compiled for
 * the size of the latest picture. One thread at a time.
 */
public final class DenoiseStage implements AutoCloseable {
  private final UNet2DConditionModel model;
  private final SafeTensors weights;
  private final Device device;
  private final CompileOptions options;
  private GuidedUNet unet;

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
    this.model = new UNet2DConditionModel(UNet2DConfig.of(part.config().json()));
    this.weights = part.weights();
    this.device = device;
    this.options = options;
  }

  public UNet2DConfig config() {
    return model.config();
  }

  /** Whether the prompt and its negative are both asked: not for a distilled guidance scale. */
  public boolean guided(float guidance) {
    return guidance > 1 && model.config().time().condDim() == 0;
  }

  /** Compiles for a size ahead of the first picture. */
  public void prepare(int height, int width, int tokens, float guidance) {
    GuidedUNet.Size size = new GuidedUNet.Size(guided(guidance) ? 2 : 1, height, width, tokens);
    if (unet == null || !unet.size().equals(size)) {
      if (unet != null) {
        unet.close();
      }
      unet = new GuidedUNet(model, weights, size, device, options);
    }
  }

  /**
   * Runs the sampler from the seed's noise.
   *
   * @return latents {@code [height, width, channels]}
   * @throws InterruptedException if the listener gave up
   */
  public float[] denoise(Job job, Runner runner, StepListener listener)
      throws InterruptedException {
    prepare(job.height, job.width, job.prompt.tokens(), (float) job.guidance.scale());
    unet.condition(model.config(), job);
    int channels = model.config().outChannels();
    TorchGenerator generator = new TorchGenerator(job.seed);
    NoiseSource noise = n -> Layout.toChannelsLast(generator.randn(n), channels);
    Sampler sampler = job.sampler;
    float[] start = noise.normal(job.height * job.width * channels);
    for (int i = 0; i < start.length; i++) {
      start[i] *= sampler.initNoiseSigma();
    }
    SamplerState state = sampler.start(start);
    for (int step = 0; !sampler.done(state); step++) {
      float[] output =
          unet.predict(
              sampler.modelInput(state), sampler.timestep(state), job.guidance, runner, step);
      state = sampler.next(state, output, noise);
      listener.onStep(step + 1, sampler.evaluations(), sampler.sample(state));
    }
    return sampler.sample(state);
  }

  @Override
  public void close() {
    if (unet != null) {
      unet.close();
    }
    weights.close();
  }
}
