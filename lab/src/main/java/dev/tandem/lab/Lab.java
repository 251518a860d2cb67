package dev.tandem.lab;

import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.result.GenerationException;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.checkpoint.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;

/** Runs a plan with real models and a real judge. One thread at a time, except {@link #cancel}. */
public final class Lab implements AutoCloseable {
  private static final int WARM_UP_STEPS = 2;

  private final LabPlan plan;
  private final Judge judge;
  private final LabStore store;
  private final Map<Path, Tandem> models = new HashMap<>();
  private volatile boolean cancelled;
  private volatile Runnable canceller = () -> {};

  private Lab(LabPlan plan, Judge judge, LabStore store) {
    this.plan = plan;
    this.judge = judge;
    this.store = store;
  }

  /**
   * Opens the judge and the folder of results.
   *
   * @param judgeFolder a CLIP model with held-out pictures
   * @param output folder of results; what it holds of this plan is not drawn again
   * @throws dev.tandem.stages.checkpoint.CheckpointException if a model or the judge is damaged
   * @throws LabException if the folder holds results of another model, judge, device or guidance
   */
  public static Lab open(LabPlan plan, Path judgeFolder, Path output) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("model", Fingerprint.of(plan.model()));
    plan.students().forEach((name, folder) -> facts.put("student " + name, Fingerprint.of(folder)));
    facts.put("judge", Fingerprint.of(judgeFolder));
    facts.put("device", plan.device());
    facts.put("guidance", Float.toString(plan.guidance()));
    for (Path folder : plan.drawn().stream().map(plan::folder).distinct().toList()) {
      ModelPlan.of(ModelFolder.open(folder)); // what is wrong is known before hours of drawing
    }
    LabStore store = LabStore.open(output, facts);
    return new Lab(plan, Judge.open(judgeFolder, plan.device()), store);
  }

  /**
   * Draws what is missing and works the figures out.
   *
   * @return what was found with the pictures that there are
   * @throws LabException if it was stopped before the first picture
   */
  public LabReport run(LabListener listener) {
    long start = System.nanoTime();
    List<String> objects = LabPrompts.objects(judge.heldOut().objects());
    List<LabPair> pairs = LabPrompts.pairs(objects, plan.pairs(), plan.seed());
    new LabRun(plan.passes(), store, this::paint, judge::ofPicture)
        .run(pairs, () -> cancelled || timeIsUp(start), listener);
    Criteria criteria = new Criteria(judge::score, judge::object, judge.real(objects));
    return new LabStatistics(plan, pairs, store, criteria).report();
  }

  private boolean timeIsUp(long start) {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    return plan.seconds().isPresent() && seconds >= plan.seconds().get();
  }

  private LabRun.Painted paint(Setting setting, LabPair pair) {
    Tandem tandem = model(setting);
    Request request =
        Request.of(pair.prompt())
            .withSeed(pair.seed())
            .withGuidance(plan.guidance())
            .withSampler(setting.sampler())
            .withSteps(setting.steps());
    List<Picture> pictures = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    RunReport report = tandem.generateAll(List.of(request), collector(pictures, failures));
    if (cancelled) {
      throw new CancellationException();
    }
    report.requireWhole();
    if (pictures.isEmpty()) {
      throw new GenerationException(
          setting + " of '" + pair.prompt() + "' failed: " + failures.getFirst().getMessage(),
          failures.getFirst());
    }
    return new LabRun.Painted(
        pictures.getFirst(), report.wallNs() / 1e9, tandem.evaluations(request));
  }

  private static GenerationListener collector(List<Picture> pictures, List<Throwable> failures) {
    return new GenerationListener() {
      @Override
      public void onPicture(Picture picture) {
        pictures.add(picture);
      }

      @Override
      public void onFailure(int index, Request request, Throwable cause) {
        failures.add(cause);
      }
    };
  }

  /** A model that is loaded, compiled and warm: its first picture counts like the others. */
  private Tandem model(Setting setting) {
    return models.computeIfAbsent(
        plan.folder(setting),
        folder -> {
          Tandem tandem = Tandem.open(folder, Placement.on(plan.device()));
          Runnable before = canceller;
          canceller =
              () -> {
                before.run();
                tandem.cancel();
              };
          tandem.generate(Request.of("").withGuidance(plan.guidance()).withSteps(WARM_UP_STEPS));
          return tandem;
        });
  }

  /** Stops after the current step; what is drawn is kept. May be called from any thread. */
  public void cancel() {
    cancelled = true;
    canceller.run();
  }

  /** Whether it was cancelled. */
  public boolean cancelled() {
    return cancelled;
  }

  @Override
  public void close() {
    models.values().forEach(Tandem::close);
    judge.close();
  }
}
