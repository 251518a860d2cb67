package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Executables;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * A U-Net or a part of it on one device, for pictures of any size. What stays the same over the
 * steps of a picture is written when the picture of an executable changes.
 */
final class UNetPart implements AutoCloseable {
  private static final float LCM_EMBEDDING_SCALE = 1000;

  private final CompiledPart part;
  private final UNet2DConfig config;
  private final int scale;

  /** What is in an executable now; of those that are closed nothing is kept. */
  private final Map<Executable, Written> written = new WeakHashMap<>();

  /**
   * Whose text that is; weak, so that a finished picture is let go.
   *
   * @param takesSample whether the network has that input
   */
  private record Written(WeakReference<Denoising> picture, Half half, boolean takesSample) {
    boolean is(Denoising d, Half wanted) {
      return picture.get() == d && half == wanted;
    }
  }

  /**
   * Opens the weights; compiles nothing.
   *
   * @param network one of the parts of {@link StagePlan#DENOISE}
   */
  UNetPart(
      ModelPlan plan, StagePlan.Part network, Executables executables, CompileOptions options) {
    part = new CompiledPart(plan.id(), plan.weights(network), network, executables, options);
    config = plan.unet();
    scale = plan.scaleFactor();
  }

  boolean ready(Denoising d, Half half) {
    DenoiseStage.Job job = d.job();
    return part.ready(half.batch(), job.width() * scale, job.height() * scale);
  }

  long bytes(Denoising d, Half half) {
    DenoiseStage.Job job = d.job();
    return part.bytes(half.batch(), job.width() * scale, job.height() * scale);
  }

  /**
   * The executable for the step where a picture stands, with text, timestep and, where it has that
   * input, sample; valid until the device is asked for another.
   */
  Executable prepared(Denoising d, Half half) {
    DenoiseStage.Job job = d.job();
    Executable executable = part.get(half.batch(), job.width() * scale, job.height() * scale);
    Written now = written.get(executable);
    if (now == null || !now.is(d, half)) {
      written.remove(executable); // until all is written
      condition(executable, job, half);
      now = new Written(new WeakReference<>(d), half, takesSample(executable));
      written.put(executable, now);
    }
    if (now.takesSample) {
      float[] sample = d.input();
      executable.input(UNet2DConditionModel.SAMPLE).set(of(half, sample, sample));
    }
    float[] t = {d.timestep()};
    executable.input(UNet2DConditionModel.TIMESTEP).set(of(half, t, t));
    return executable;
  }

  private static boolean takesSample(Executable executable) {
    return executable.graph().inputs().stream()
        .anyMatch(n -> n.name().equals(UNet2DConditionModel.SAMPLE));
  }

  private void condition(Executable executable, DenoiseStage.Job job, Half half) {
    Conditioning prompt = job.prompt();
    Conditioning negative = job.negative();
    executable
        .input(UNet2DConditionModel.ENCODER_HIDDEN_STATES)
        .set(of(half, negative.hidden(), prompt.hidden()));
    if (config.textTime().isPresent()) {
      executable
          .input(UNet2DConditionModel.TEXT_EMBEDS)
          .set(of(half, negative.pooled(), prompt.pooled()));
      float height = job.height() * scale;
      float width = job.width() * scale;
      float[] ids = {height, width, 0, 0, height, width};
      executable.input(UNet2DConditionModel.TIME_IDS).set(of(half, ids, ids));
    }
    int condDim = config.time().condDim();
    if (condDim > 0) {
      float[] embedding = guidanceEmbedding((float) job.guidance().scale() - 1, condDim);
      executable.input(UNet2DConditionModel.TIMESTEP_COND).set(of(half, embedding, embedding));
    }
  }

  /** Both, or one of them, in the order of the batch. */
  private static float[] of(Half half, float[] unconditional, float[] conditional) {
    return Rows.join(half, h -> h == Half.UNCONDITIONAL ? unconditional : conditional);
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
    part.close();
  }
}
