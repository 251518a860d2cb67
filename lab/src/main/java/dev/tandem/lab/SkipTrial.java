package dev.tandem.lab;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.Executables;
import dev.tandem.lab.CurveStudy.Conditions;
import dev.tandem.stages.Conditioning;
import dev.tandem.stages.DenoiseStage;
import dev.tandem.stages.Denoising;
import dev.tandem.stages.Half;
import dev.tandem.stages.MemoryNeeds;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.Runner;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.Samplers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A U-Net's step with more and more of its skip connections computed again, one after the other.
 */
final class SkipTrial {
  private static final float TEXT = 0.1f;
  private static final double GUIDANCE = 4;

  private final ModelPlan plan;
  private final Device device;

  /**
   * What was found.
   *
   * @param percent of the operations that one skip may take
   * @param arenaBytes activations, as the device plans them
   * @param plannedBytes all that the device plans
   * @param usedBytes all that was compiled
   * @param seconds of a step
   * @param ratio of that to the step that keeps all skips
   * @param difference the largest to its output
   */
  record Outcome(
      int percent,
      long arenaBytes,
      long plannedBytes,
      long usedBytes,
      Interval seconds,
      double ratio,
      double difference) {}

  private SkipTrial(ModelPlan plan, Device device) {
    this.plan = plan;
    this.device = device;
  }

  /**
   * Measures.
   *
   * @param percents in this order; the first is what the others are compared with
   * @param rounds steps of each
   */
  static List<Outcome> of(Conditions c, List<Integer> percents, int rounds) {
    ModelPlan plan = ModelPlan.of(ModelFolder.open(c.model()));
    List<Outcome> all = new ArrayList<>();
    float[] first = new float[0];
    try (Device device = Devices.open(c.device())) {
      SkipTrial trial = new SkipTrial(plan, device);
      for (int percent : percents) {
        if (!all.isEmpty() && c.stop().getAsBoolean()) {
          break;
        }
        double[] seconds = new double[rounds];
        MemoryUse planned = trial.planned(percent);
        long[] used = new long[1];
        float[] output = trial.steps(percent, seconds, used);
        first = all.isEmpty() ? output : first;
        Interval median = Intervals.median(seconds);
        double usual = all.isEmpty() ? median.value() : all.getFirst().seconds.value();
        Outcome o =
            new Outcome(
                percent,
                planned.arena(),
                planned.total(),
                used[0],
                median,
                median.value() / usual,
                difference(output, first));
        c.progress().accept("skips within " + percent + "%: " + median.text(4) + " s a step");
        all.add(o);
      }
    }
    return all;
  }

  private MemoryUse planned(int percent) {
    int scale = plan.scaleFactor();
    return new MemoryNeeds(plan)
        .denoise(
            device, options(percent), batch(), plan.ownHeight() / scale, plan.ownWidth() / scale);
  }

  private int batch() {
    return plan.guided(GUIDANCE) ? 2 : 1;
  }

  private static CompileOptions options(int percent) {
    return CompileOptions.DEFAULT.withRecompute(percent);
  }

  private float[] steps(int percent, double[] seconds, long[] used) {
    Denoising d = denoising();
    Half half = d.guided() ? Half.BOTH : Half.CONDITIONAL;
    try (Executables executables = new Executables(device);
        DenoiseStage stage = new DenoiseStage(plan, executables, options(percent))) {
      float[] output = stage.evaluate(d, half, Runner.DIRECT).output();
      for (int i = 0; i < seconds.length; i++) {
        long start = System.nanoTime();
        stage.evaluate(d, half, Runner.DIRECT);
        seconds[i] = (System.nanoTime() - start) / 1e9;
      }
      used[0] = executables.peak();
      return output;
    }
  }

  /** A picture's first step, with text that says nothing. */
  private Denoising denoising() {
    int tokens = plan.tokens();
    float[] hidden = new float[tokens * plan.unet().contextDim()];
    Arrays.fill(hidden, TEXT);
    float[] pooled = new float[plan.unet().textTime().map(t -> t.textDim()).orElse(0)];
    Conditioning text = new Conditioning(tokens, hidden, pooled);
    return new Denoising(
        new DenoiseStage.Job(
            text,
            text,
            Guidance.of(GUIDANCE),
            1,
            plan.ownHeight() / plan.scaleFactor(),
            plan.ownWidth() / plan.scaleFactor(),
            Samplers.of(plan.folder().scheduler().config().json(), 2)),
        plan);
  }

  private static double difference(float[] a, float[] b) {
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }
}
