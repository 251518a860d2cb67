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
   * Measures in turns; what has no room beside the others is compiled again, which is not timed.
   *
   * @param percents the first is what the others are compared with
   * @param rounds steps of each
   */
  static List<Outcome> of(Conditions c, List<Integer> percents, int rounds) {
    ModelPlan plan = ModelPlan.of(ModelFolder.open(c.model()));
    try (Device device = Devices.open(c.device());
        Executables executables = new Executables(device)) {
      return new SkipTrial(plan, device).measure(executables, c, percents, rounds);
    }
  }

  private List<Outcome> measure(
      Executables executables, Conditions c, List<Integer> percents, int rounds) {
    Denoising d = denoising();
    double[][] seconds = new double[percents.size()][rounds];
    float[][] outputs = new float[percents.size()][];
    long[] used = new long[percents.size()];
    int done = 0;
    for (; done < rounds && (done == 0 || !c.stop().getAsBoolean()); done++) {
      for (int i = 0; i < percents.size(); i++) {
        try (DenoiseStage stage = new DenoiseStage(plan, executables, options(percents.get(i)))) {
          outputs[i] = stage.evaluate(d, half(d), Runner.DIRECT).output(); // warm
          long start = System.nanoTime();
          stage.evaluate(d, half(d), Runner.DIRECT);
          seconds[i][done] = (System.nanoTime() - start) / 1e9;
          used[i] = stage.bytes(d, half(d));
        }
      }
      c.progress().accept("skips, round " + (done + 1) + " of " + rounds);
    }
    List<Outcome> all = new ArrayList<>();
    for (int i = 0; i < percents.size(); i++) {
      MemoryUse planned = planned(percents.get(i));
      double[] ratios = new double[done];
      for (int r = 0; r < done; r++) {
        ratios[r] = seconds[i][r] / seconds[0][r];
      }
      all.add(
          new Outcome(
              percents.get(i),
              planned.arena(),
              planned.total(),
              used[i],
              Intervals.median(Arrays.copyOf(seconds[i], done)),
              Intervals.median(ratios).value(),
              difference(outputs[i], outputs[0])));
    }
    return all;
  }

  private static Half half(Denoising d) {
    return d.guided() ? Half.BOTH : Half.CONDITIONAL;
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

  /** A picture's first step, with text that says nothing. */
  private Denoising denoising() {
    Conditioning text = Conditioning.of(plan, TEXT);
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
