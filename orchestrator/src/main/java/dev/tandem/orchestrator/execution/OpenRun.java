package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.engine.Breakdown;
import dev.tandem.orchestrator.engine.Engine;
import dev.tandem.orchestrator.engine.Junction;
import dev.tandem.orchestrator.measure.RunFigures;
import dev.tandem.orchestrator.memory.MemoryPlans;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Timeline;
import dev.tandem.orchestrator.wiring.LiveCosts;
import dev.tandem.orchestrator.wiring.PicturesLeft;
import dev.tandem.orchestrator.wiring.RunContext;
import dev.tandem.orchestrator.wiring.Watchdog;
import dev.tandem.orchestrator.wiring.Wiring;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.StagePlan;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A run of one model with one placement, to which requests are submitted until it is closed. Any
 * number of threads submit and cancel; every request that was submitted ends exactly once.
 *
 * <pre>
 *   submit --> accepted --> stage, step, step, ... stage --> done | failed
 * </pre>
 */
public final class OpenRun implements AutoCloseable {
  private final LoadedModel loaded;
  private final DevicePool pool;
  private final Setting setting;
  private final ModelPlan plan;
  private final Kinds kinds;
  private final Breakdown breakdown = new Breakdown();
  private final GenerationListener listener;
  private final RunFigures figures = new RunFigures();
  private final Ends ends;
  private final PicturesLeft left = new PicturesLeft();
  private final Consumer<OpenRun> onClose;
  private final long startNs;
  private final RunContext context;
  private Optional<Engine<ModelTask>> engine = Optional.empty();
  private int submitted;
  private boolean announced;
  private volatile boolean cancelled;
  private boolean closed;
  private long endNs;

  /**
   * How a run is to go.
   *
   * @param costs what is known of the model's work
   * @param detail how closely spans look at the devices
   */
  record Setting(Placement placement, LiveCosts costs, Watchdog watchdog, Detail detail) {}

  OpenRun(
      ModelInfo model,
      LoadedModel loaded,
      DevicePool pool,
      MemoryCheck memory,
      Setting setting,
      GenerationListener told,
      Consumer<OpenRun> onClose) {
    this.loaded = loaded;
    this.pool = pool;
    this.setting = setting;
    this.onClose = onClose;
    plan = model.plan();
    kinds = new Kinds(model::resolve, job -> planned(memory.plan(List.of(job))));
    listener = new ListenerGuard(told, breakdown);
    ends = new Ends(plan, listener, figures);
    Timeline timeline =
        new Timeline(
            setting.detail(),
            span -> {
              figures.add(span);
              listener.onSpan(span);
            });
    context =
        new RunContext(
            setting.placement().devices().stream().map(id -> pool.get(id).place()).toList(),
            setting.costs(),
            setting.watchdog(),
            timeline,
            pool.drive());
    startNs = pool.drive().now();
  }

  /** Tells the plan where there is one. */
  private MemoryPlans planned(MemoryPlans plans) {
    if (!plans.plans().isEmpty()) {
      listener.onMemoryPlan(plans);
    }
    return plans;
  }

  /**
   * Finds out whether a request is possible, without making it.
   *
   * @throws dev.tandem.orchestrator.request.RequestException if the model cannot fulfil it or a
   *     device has too little memory, with all numbers
   */
  public void check(Request request) {
    kinds.of(request);
  }

  /** Says how many requests will be submitted, so that lanes share them well to the end. */
  public synchronized void announce(int requests) {
    announced = true;
    left.announce(requests);
  }

  /** As {@link #submit(Request, int, PictureEvents)}, in its turn. */
  public PictureHandle submit(Request request) {
    return submit(request, 0, PictureEvents.NONE);
  }

  /**
   * Asks for a picture; does not wait, but where memory is short a device is asked in its turn
   * whether a new kind of picture fits.
   *
   * @param priority requests of a higher one go first, of equal ones the first that came; may be
   *     negative
   * @throws dev.tandem.orchestrator.request.RequestException if the model cannot fulfil it or a
   *     device has too little memory
   * @throws CancellationException after {@link #cancel}
   * @throws IllegalStateException after {@link #close}
   */
  public PictureHandle submit(Request request, int priority, PictureEvents events) {
    Kinds.Resolved kind = kinds.of(request);
    CompletableFuture<Picture> result = new CompletableFuture<>();
    ModelTask task;
    Engine<ModelTask> to;
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("the run is closed");
      }
      if (cancelled) {
        throw new CancellationException("cancelled");
      }
      int index = submitted++;
      PictureEvents told = new Told(index, listener, events, result, breakdown);
      task = new ModelTask(index, priority, kind.job(), kind.memory(), told, listener::onWarning);
      if (!announced) {
        left.announce(1);
      }
      figures.entered(index, pool.drive().now());
      to = engine(); // who hears of the acceptance may cancel
      task.events().accepted();
      try {
        to.add(task);
      } catch (CancellationException e) { // since it was accepted
        task.events().failed(e);
        throw e;
      }
    }
    to.proceed();
    return new PictureHandle(task.index(), kind.job().request(), result, () -> to.cancel(task));
  }

  /** Waits until what was submitted before has found room; then submits. */
  void submitWhenRoom(Request request) throws InterruptedException {
    Optional<Engine<ModelTask>> e = begun();
    if (e.isPresent()) {
      e.get().awaitRoom();
    }
    submit(request);
  }

  /** Empty before the first request. */
  private synchronized Optional<Engine<ModelTask>> begun() {
    return engine;
  }

  private synchronized Engine<ModelTask> engine() {
    if (engine.isEmpty()) {
      Wiring<ModelTask> wiring =
          new Wiring<>(context, loaded, setting.placement(), entries(), depths(), left);
      Junction<ModelTask> first = wiring.first();
      engine =
          Optional.of(
              new Engine<>(
                  first,
                  pool.drive(),
                  wiring.exit(first, largest()),
                  context.timeline(),
                  ends,
                  breakdown));
    }
    return engine.get();
  }

  /** Where all requests are known, pictures that begin with none need no stage to encode one. */
  private Wiring.Entries entries() {
    boolean images =
        !announced || kinds.jobs().stream().anyMatch(j -> j.request().init().isPresent());
    return Wiring.Entries.of(
        plan.stages().stream()
            .map(StagePlan::key)
            .filter(key -> images || !key.equals(StagePlan.IMAGE))
            .toList());
  }

  private Wiring.Depths depths() {
    long pixels = largest();
    long scale = plan.scaleFactor();
    long text = 2L * plan.tokens() * plan.unet().contextDim() * Float.BYTES;
    // The latents, with what a sampler keeps of earlier steps.
    long latents = 4 * (pixels / (scale * scale)) * plan.latentChannels() * Float.BYTES;
    // What a cache keeps is as large as the picture, whatever its sides.
    int side =
        plan.scaleFactor() * (int) Math.max(1, Math.round(Math.sqrt((double) pixels) / scale));
    return Wiring.Depths.byMemory(text, latents + plan.keptBytes(side, side));
  }

  /** Pixels of the largest picture so far. */
  private long largest() {
    return kinds.jobs().stream()
        .mapToLong(j -> (long) j.request().width() * j.request().height())
        .max()
        .orElse(1);
  }

  /** Something went wrong that is not one picture's matter: the run ends. */
  void broken(Throwable e) {
    breakdown.report(e);
  }

  /** Makes every request that is not done end soon; nothing can be submitted any more. */
  public void cancel() {
    cancelled = true;
    begun().ifPresent(Engine::cancel);
  }

  /** Waits until every request has ended; nothing can be submitted any more. */
  @Override
  public void close() {
    Optional<Engine<ModelTask>> e;
    synchronized (this) {
      closed = true;
      e = engine;
    }
    e.ifPresent(Engine::close);
    synchronized (this) {
      if (endNs == 0) {
        endNs = pool.drive().now();
        figures.finish();
      }
    }
    onClose.accept(this);
  }

  /** What the run did; after {@link #close}. */
  public synchronized RunReport report() {
    return report(submitted);
  }

  /**
   * What the run did; after {@link #close}.
   *
   * @param requests that were to be made
   */
  synchronized RunReport report(int requests) {
    return new RunReport(
        figures.stages(),
        figures.metrics(endNs - startNs, ends.done()),
        ends.failed(),
        requests - ends.done() - ends.failed(),
        ends.evaluations(),
        new RunReport.Incidents(context.incidents().first(), context.incidents().count()),
        breakdown.cause());
  }
}
