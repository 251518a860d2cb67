package dev.tandem.lab;

import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.result.GenerationException;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.stages.ModelOptions;
import dev.tandem.stages.StepCache;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs a plan with real models and a real judge. One thread at a time, except {@link #cancel}. */
public final class Lab implements AutoCloseable {
  private static final int WARM_UP_STEPS = 2;

  private final LabPlan plan;
  private final Judge judge;
  private final LabStore store;
  private final Map<Setting, UNetWork> work;
  private final Map<Form, Tandem> models = new HashMap<>();
  private volatile boolean cancelled;
  private volatile Runnable canceller = () -> {};

  /** A model as settings draw with it. */
  private record Form(Path folder, ModelOptions options) {}

  private Lab(LabPlan plan, Map<Setting, UNetWork> work, Judge judge, LabStore store) {
    this.plan = plan;
    this.work = work;
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
    facts.put("model", Fingerprint.of(plan.models().base()));
    plan.models().others().forEach((name, folder) -> facts.put(name, Fingerprint.of(folder)));
    facts.put("judge", Fingerprint.of(judgeFolder));
    facts.put("device", plan.device());
    facts.put("guidance", Float.toString(plan.guidance()));
    Map<Setting, UNetWork> work = new HashMap<>();
    for (Setting setting : plan.drawn()) { // what is wrong is known before hours of drawing
      work.put(setting, UNetWork.of(plan.models().opened(setting), setting, plan.guidance()));
    }
    LabStore store = LabStore.open(output, facts);
    return new Lab(plan, work, Judge.open(judgeFolder, plan.device()), store);
  }

  /**
   * What was drawn in a folder of results, with whatever study.
   *
   * @param leftOut hears of settings whose model is not among these
   */
  public static List<Setting> drawn(Path output, LabModels models, Consumer<String> leftOut) {
    List<Setting> drawn = new ArrayList<>();
    for (Setting s : LabStore.settings(output)) {
      if (models.has(s)) {
        drawn.add(s);
      } else {
        leftOut.accept(s + ": there is no model '" + s.model() + "'; --pruned names one");
      }
    }
    return drawn;
  }

  /**
   * Draws what is missing and works the figures out.
   *
   * @return what was found with the pictures that there are
   * @throws LabException if it was stopped before the first picture
   */
  public LabReport run(LabListener listener) {
    long start = System.nanoTime();
    new LabRun(plan.passes(pairs()), store, this::paint, judge::ofPicture)
        .run(() -> cancelled || timeIsUp(start), listener);
    return report();
  }

  /**
   * Works the figures out of the pictures that there are.
   *
   * @throws LabException if there are none
   */
  public LabReport report() {
    Criteria criteria = new Criteria(judge::score, judge::object, judge.real(objects()));
    return new LabStatistics(
            plan,
            pairs(),
            store,
            criteria,
            r -> work.get(r.setting()).multiplyAdds(r.evaluations(), r.steps().runs()))
        .report();
  }

  private List<String> objects() {
    return LabPrompts.objects(judge.heldOut().objects());
  }

  private List<LabPair> pairs() {
    return LabPrompts.pairs(objects(), plan.pairs(), plan.seed());
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
    Painting painting = new Painting();
    RunReport report = tandem.generateAll(List.of(request), painting);
    if (cancelled) {
      throw new CancellationException();
    }
    report.requireWhole();
    Picture picture =
        painting
            .picture()
            .orElseThrow(
                () ->
                    new GenerationException(
                        setting
                            + " of '"
                            + pair.prompt()
                            + "' failed: "
                            + painting.failure().getMessage(),
                        painting.failure()));
    return new LabRun.Painted(
        picture, report.wallNs() / 1e9, tandem.evaluations(request), painting.steps());
  }

  /** A model that is loaded, compiled and warm: its first picture counts like the others. */
  private Tandem model(Setting setting) {
    return models.computeIfAbsent(
        new Form(plan.models().folder(setting), setting.form()),
        form -> {
          Tandem tandem =
              Tandem.open(
                  form.folder(),
                  Placement.on(plan.device()),
                  RunOptions.DEFAULT.withModel(form.options()));
          Runnable before = canceller;
          canceller =
              () -> {
                before.run();
                tandem.cancel();
              };
          Request warmUp = Request.of("").withGuidance(plan.guidance());
          boolean cached = !(form.options().cache() instanceof StepCache.None);
          tandem.generate(
              cached // which a few steps would not use
                  ? warmUp.withSampler(setting.sampler()).withSteps(setting.steps())
                  : warmUp.withSteps(WARM_UP_STEPS));
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
