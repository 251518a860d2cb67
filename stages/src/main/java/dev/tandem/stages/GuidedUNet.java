package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import java.util.Arrays;

/**
 * A U-Net compiled for one size of picture, asked with and without the prompt in one batch of two
 * where guidance needs both (the unconditional half first, as diffusers does).
 */
final class GuidedUNet implements AutoCloseable {
  private static final float LCM_EMBEDDING_SCALE = 1000;

  private final Executable executable;
  private final Size size;
  private final int channels;

  /**
   * What a compiled U-Net is good for.
   *
   * @param batch 1 without guidance, 2 with it
   * @param height of the latents
   * @param width of the latents
   */
  record Size(int batch, int height, int width, int tokens) {}

  GuidedUNet(
      UNet2DConditionModel model,
      SafeTensors weights,
      Size size,
      Device device,
      CompileOptions options) {
    this.size = size;
    this.channels = model.config().outChannels();
    executable =
        device.compile(
            model.graph(size.batch, size.height, size.width, size.tokens), weights, options);
  }

  Size size() {
    return size;
  }

  /** Sets what stays the same over all steps of a picture. */
  void condition(UNet2DConfig config, DenoiseStage.Job job) {
    Conditioning prompt = job.prompt();
    Conditioning negative = job.negative();
    executable
        .input(UNet2DConditionModel.ENCODER_HIDDEN_STATES)
        .set(both(negative.hidden(), prompt.hidden()));
    if (config.textTime().isPresent()) {
      executable
          .input(UNet2DConditionModel.TEXT_EMBEDS)
          .set(both(negative.pooled(), prompt.pooled()));
      float height = size.height * job.pixelsPerLatent();
      float width = size.width * job.pixelsPerLatent();
      float[] ids = {height, width, 0, 0, height, width};
      executable.input(UNet2DConditionModel.TIME_IDS).set(both(ids, ids));
    }
    int condDim = config.time().condDim();
    if (condDim > 0) {
      float[] embedding = guidanceEmbedding((float) job.guidance().scale() - 1, condDim);
      executable.input(UNet2DConditionModel.TIMESTEP_COND).set(both(embedding, embedding));
    }
  }

  /**
   * One evaluation.
   *
   * @param sample {@code [height, width, channels]}, scaled as the sampler wants
   * @return the prediction after guidance, of the same shape
   */
  float[] predict(float[] sample, float timestep, Guidance guidance, Runner runner, int step) {
    executable.input(UNet2DConditionModel.SAMPLE).set(both(sample, sample));
    float[] t = {timestep};
    executable.input(UNet2DConditionModel.TIMESTEP).set(both(t, t));
    runner.run(executable, step);
    float[] out = executable.output(UNet2DConditionModel.OUTPUT).toFloats();
    if (size.batch == 1) {
      return out;
    }
    int n = size.height * size.width * channels;
    return guidance.combine(Arrays.copyOf(out, n), Arrays.copyOfRange(out, n, 2 * n));
  }

  private float[] both(float[] unconditional, float[] conditional) {
    if (size.batch == 1) {
      return conditional;
    }
    float[] out = Arrays.copyOf(unconditional, unconditional.length + conditional.length);
    System.arraycopy(conditional, 0, out, unconditional.length, conditional.length);
    return out;
  }

  /** diffusers' {@code get_guidance_scale_embedding}: sines, then cosines, of 1000 (w - 1). */
  static float[] guidanceEmbedding(float w, int dim) {
    float[] out = new float[dim];
    int half = dim / 2;
    double step = Math.log(10000) / (half - 1);
    for (int i = 0; i < half; i++) {
      double angle = LCM_EMBEDDING_SCALE * w * Math.exp(-step * i);
      out[i] = (float) Math.sin(angle);
      out[half + i] = (float) Math.cos(angle);
    }
    return out;
  }

  @Override
  public void close() {
    executable.close();
  }
}
