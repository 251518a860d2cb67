package dev.tandem.lab;

import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.execution.DevicePool;
import dev.tandem.orchestrator.memory.DevicePlan;
import dev.tandem.orchestrator.memory.FormText;
import dev.tandem.orchestrator.memory.MemoryPlans;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.result.RunReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Whole pictures within a memory budget, each in a device and a model of its own. */
record BudgetTrial(Path model, String device) {
  private static final Request REQUEST = Request.of("red apple").withSteps(2).withGuidance(4);

  /**
   * A picture within a budget.
   *
   * @param form in words
   * @param planned the most that was expected to be in use, bytes
   * @param used the most that was in use, bytes
   * @param seconds for it, with compiling
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared as records
  record Outcome(String form, long planned, long used, double seconds, byte[] rgb) {
    /** The largest to another picture, of 255. */
    int difference(Outcome other) {
      int most = 0;
      for (int i = 0; i < rgb.length; i++) {
        most = Math.max(most, Math.abs((rgb[i] & 0xFF) - (other.rgb[i] & 0xFF)));
      }
      return most;
    }
  }

  /**
   * Makes it.
   *
   * @param budget bytes
   * @throws dev.tandem.orchestrator.request.RequestException if no exact form fits
   * @throws LabException if it fails
   */
  Outcome make(long budget) {
    RunOptions options = RunOptions.DEFAULT.withMemoryLimit(RunOptions.EVERY_DEVICE, budget);
    Heard heard = new Heard();
    long start = System.nanoTime();
    try (DevicePool pool = DevicePool.of(options);
        Tandem tandem = Tandem.open(model, Placement.on(device), options, pool)) {
      RunReport report = tandem.generateAll(List.of(REQUEST), heard);
      if (report.done() != 1) {
        throw new LabException("the picture failed: " + heard.failures);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      DevicePlan plan = heard.plans.getFirst().plans().getFirst();
      return new Outcome(
          FormText.of(plan.form()),
          plan.peak(),
          pool.peak(device),
          seconds,
          heard.pictures.getFirst().rgb());
    }
  }

  /** What a run told. */
  private static final class Heard implements GenerationListener {
    private final List<MemoryPlans> plans = new ArrayList<>();
    private final List<Picture> pictures = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    @Override
    public void onMemoryPlan(MemoryPlans p) {
      plans.add(p);
    }

    @Override
    public void onPicture(Picture picture) {
      pictures.add(picture);
    }

    @Override
    public void onFailure(int index, Request request, Throwable cause) {
      failures.add(String.valueOf(cause.getMessage()));
    }
  }
}
