package dev.tandem.orchestrator.execution;

import dev.tandem.devices.Device;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.orchestrator.DeviceOptions;
import dev.tandem.orchestrator.GenerationListener;
import dev.tandem.orchestrator.Request;
import dev.tandem.orchestrator.RequestException;
import dev.tandem.orchestrator.RunReport;
import dev.tandem.orchestrator.measure.RunFigures;
import dev.tandem.orchestrator.pipeline.Breakdown;
import dev.tandem.orchestrator.pipeline.Pipeline;
import dev.tandem.orchestrator.pipeline.Threading;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Order;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Timeline;
import dev.tandem.stages.MemoryNeeds;
import dev.tandem.stages.ModelParts;
import dev.tandem.stages.checkpoint.ModelFolder;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Function;

/**
 * Runs jobs of one model, each with a placement, on devices that stay open in between. One thread
 * at a time, except {@link #cancel}.
 */
public final class Execution implements AutoCloseable {
  /** Finished pictures that may wait for an earlier one. */
  private static final long EARLY_BYTES = 64L << 20;

  private static final int LEAST_EARLY = 4;
  private static final int MOST_EARLY = 64;

  private final ModelParts parts;
  private final ModelInfo model;
  private final Fleet fleet;
  private final DeviceOptions options;
  private final Watchdog watchdog;
  private final MemoryNeeds needs;
  private final ConditioningCache cache = new ConditioningCache();
  private volatile boolean cancelled;
  private volatile Runnable canceller = () -> {};

  /**
   * Reads and checks the model; opens no device.
   *
   * @param opener opens a device by its name
   * @param options precision and tiling; the opener sees to memory limits
   */
  public Execution(
      ModelFolder folder,
      Function<String, Device> opener,
      DeviceOptions options,
      Threading threading,
      Watchdog watchdog) {
    parts = ModelParts.read(folder);
    model = ModelInfo.of(parts);
    fleet = new Fleet(parts, opener, options, threading);
    this.options = options;
    this.watchdog = watchdog;
    needs = new MemoryNeeds(parts);
  }

  /** Opens the devices of a placement, so that a wrong one is noticed at once. */
  public void open(Placement placement) {
    placement.devices().forEach(fleet::get);
  }

  /**
   * A request as the model will fulfil it.
   *
   * @throws dev.tandem.orchestrator.RequestException if it cannot
   */
  public PictureJob resolve(Request request) {
    return model.resolve(request);
  }

  /**
   * Measures what the work of a request costs on devices.
   *
   * @throws dev.tandem.devices.DeviceException if a device does not exist or fails
   */
  public StageCosts measure(List<String> devices, PictureJob job) throws InterruptedException {
    List<FleetDevice> opened = devices.stream().map(fleet::get).toList();
    requirePossible(opened, job);
    StageCosts costs = new CostProbe(model, watchdog, job).measure(opened);
    if (fleet.threading() instanceof Threading.Threadless t) {
      t.clock().advanceTo(t.clock().takeStepEnd());
    }
    return costs;
  }

  /** Refuses pictures that no device can denoise, before one tries. */
  private void requirePossible(List<FleetDevice> all, PictureJob job) {
    MemoryCheck.requireHeap(job);
    for (FleetDevice d : all) {
      MemoryUse least =
          needs
              .least()
              .denoise(
                  d.device(), options.compile(d.id()), 1, job.latentHeight(), job.latentWidth());
      if (d.device().memoryLimit().fits(least, 0)) {
        return;
      }
    }
    throw new RequestException(
        "no device has the memory for pictures of "
            + job.request().width()
            + " x "
            + job.request().height()
            + " pixels; make them smaller");
  }

  /** Tells what work of a job is expected to cost; what is measured later counts more. */
  public void expect(Job job, List<String> devices, StageCosts costs) {
    fleet.costs().expect(job, devices, costs);
  }

  /**
   * Makes pictures; the listener hears of each that was begun exactly once.
   *
   * @param requests of which each is asked for twice, when its turn comes and before
   * @throws dev.tandem.orchestrator.RequestException before anything runs, if the model cannot
   *     fulfil a request or a device's memory does not suffice
   */
  public RunReport run(
      List<Request> requests, Placement placement, GenerationListener told, Detail detail) {
    Jobs jobs = Jobs.of(requests, model::resolve);
    Breakdown breakdown = new Breakdown();
    GenerationListener listener = new ListenerGuard(told, breakdown);
    RunFigures figures = new RunFigures();
    Timeline timeline =
        new Timeline(
            detail,
            span -> {
              figures.add(span);
              listener.onSpan(span);
            });
    RunContext run = RunContext.of(fleet, placement.devices(), watchdog, timeline, listener);
    int tile = tile(placement, jobs.kinds());
    Wiring wiring = new Wiring(run, model, placement, cache, jobs, tile);
    var first = wiring.first();
    boolean inOrder = placement.order() == Order.PROMPT;
    int window = wiring.places() + (inOrder ? early(jobs.kinds()) : 1);
    Ends ends = new Ends(listener, figures);
    long start = run.threading().now();
    boolean interrupted;
    try (Pipeline<PictureTask> pipeline =
        new Pipeline<>(
            first,
            run.threading(),
            new Pipeline.Exit(inOrder, window),
            timeline,
            PictureTask::index,
            ends,
            breakdown)) {
      canceller = pipeline::cancel;
      interrupted = submit(jobs, pipeline, figures, breakdown);
    }
    canceller = () -> {};
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    figures.finish();
    return new RunReport(
        figures.stages(),
        figures.metrics(run.threading().now() - start, ends.done()),
        ends.failed(),
        jobs.size() - ends.done() - ends.failed(),
        run.incidents().report(),
        breakdown.cause());
  }

  /** Enters one picture after the other; whether the thread was interrupted meanwhile. */
  private boolean submit(
      Jobs jobs, Pipeline<PictureTask> pipeline, RunFigures figures, Breakdown breakdown) {
    try {
      for (int i = 0; i < jobs.size() && !cancelled && breakdown.cause().isEmpty(); i++) {
        figures.entered(i, fleet.threading().now());
        pipeline.submit(new PictureTask(i, jobs.get(i)));
      }
      return false;
    } catch (InterruptedException e) {
      cancel();
      return true;
    } catch (CancellationException e) {
      return false; // by whom is known
    } catch (Throwable e) { // what is on its way must not be waited for
      breakdown.report(e);
      return false;
    }
  }

  /** In which tiles to decode so that all fits. */
  private int tile(Placement placement, Collection<PictureJob> jobs) {
    Map<String, Device> devices = new LinkedHashMap<>();
    placement.devices().forEach(id -> devices.put(id, fleet.get(id).device()));
    return new MemoryCheck(needs, placement, options, devices).tile(jobs);
  }

  private static int early(Collection<PictureJob> jobs) {
    long bytes =
        jobs.stream()
            .mapToLong(j -> 3L * j.request().width() * j.request().height())
            .max()
            .orElse(1);
    return Math.clamp(EARLY_BYTES / bytes, LEAST_EARLY, MOST_EARLY);
  }

  /**
   * Stops the run at work: finished pictures are kept, the others fail. Any thread; this object is
   * then of no further use.
   */
  public void cancel() {
    cancelled = true;
    canceller.run();
  }

  @Override
  public void close() {
    fleet.close();
  }
}
