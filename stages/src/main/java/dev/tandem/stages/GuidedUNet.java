package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import java.lang.ref.WeakReference;
import java.util.Arrays;

/**
 * A U-Net compiled for one size of picture and one batch. What stays the same over the steps of a
 * picture is written when the picture changes.
 */
final class GuidedUNet implements AutoCloseable {
  private static final float LCM_EMBEDDING_SCALE = 1000;

  private final Executable executable;
  private final UNet2DConfig config;
  private final Size size;

  /** Whose text is in the executable now; weak, so that a finished picture is let go. */
  private WeakReference<Denoising> conditioned = new WeakReference<>(null);

  private Half conditionedHalf = Half.BOTH;

  /**
   * What a compiled U-Net is good for.
   *
   * @param height of the latents
   * @param width of the latents
   */
  record Size(int batch, int height, int width, int tokens) {}

  GuidedUNet(
      UNet2DConditionModel model,
      ModelWeights weights,
      Size size,
      Device device,
      CompileOptions options) {
    this.size = size;
    this.config = model.config();
    executable =
        device.compile(
            model.graph(size.batch, size.height, size.width, size.tokens), weights, options);
  }

  Size size() {
    return size;
  }

  long bytes() {
    return executable.memory().total();
  }

  /** The U-Net's answer, {@code [batch, height, width, channels]}. */
  float[] evaluate(Denoising d, Half half, Runner runner) {
    if (conditioned.get() != d || conditionedHalf != half) {
      condition(d.job(), half);
      conditioned = new WeakReference<>(d);
      conditionedHalf = half;
    }
    float[] sample = d.input();
    float[] t = {d.timestep()};
    executable.input(UNet2DConditionModel.SAMPLE).set(of(half, sample, sample));
    executable.input(UNet2DConditionModel.TIMESTEP).set(of(half, t, t));
    runner.run(executable, d.step());
    return executable.output(UNet2DConditionModel.OUTPUT).toFloats();
  }

  private void condition(DenoiseStage.Job job, Half half) {
    Conditioning prompt = job.prompt();
    Conditioning negative = job.negative();
    executable
        .input(UNet2DConditionModel.ENCODER_HIDDEN_STATES)
        .set(of(half, negative.hidden(), prompt.hidden()));
    if (config.textTime().isPresent()) {
      executable
          .input(UNet2DConditionModel.TEXT_EMBEDS)
          .set(of(half, negative.pooled(), prompt.pooled()));
      float height = size.height * job.pixelsPerLatent();
      float width = size.width * job.pixelsPerLatent();
      float[] ids = {height, width, 0, 0, height, width};
      executable.input(UNet2DConditionModel.TIME_IDS).set(of(half, ids, ids));
    }
    int condDim = config.time().condDim();
    if (condDim > 0) {
      float[] embedding = guidanceEmbedding((float) job.guidance().scale() - 1, condDim);
      executable.input(UNet2DConditionModel.TIMESTEP_COND).set(of(half, embedding, embedding));
    }
  }

  private static float[] of(Half half, float[] unconditional, float[] conditional) {
    return switch (half) {
      case CONDITIONAL -> conditional;
      case UNCONDITIONAL -> unconditional;
      case BOTH -> {
        float[] out = Arrays.copyOf(unconditional, unconditional.length + conditional.length);
        System.arraycopy(conditional, 0, out, unconditional.length, conditional.length);
        yield out;
      }
    };
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
