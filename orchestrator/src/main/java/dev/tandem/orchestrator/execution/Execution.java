package dev.tandem.orchestrator.execution;

import dev.tandem.devices.Device;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.profile.Profile;
import dev.tandem.orchestrator.DeviceOptions;
import dev.tandem.orchestrator.GenerationListener;
import dev.tandem.orchestrator.Request;
import dev.tandem.orchestrator.RequestException;
import dev.tandem.orchestrator.RunReport;
import dev.tandem.orchestrator.pipeline.Pipeline;
import dev.tandem.orchestrator.pipeline.Threading;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Order;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.plan.Planner;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Timeline;
import dev.tandem.stages.MemoryNeeds;
import dev.tandem.stages.ModelParts;
import dev.tandem.stages.StageGraphs;
import dev.tandem.stages.checkpoint.ModelFolder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** What a job's work costs according to a profile of the machine. */
  public StageCosts costs(Profile profile, Job job) {
    return new Planner(profile, model.name(), new StageGraphs(parts)).costs(job);
  }

  /** Tells what work of a job is expected to cost; what is measured later counts more. */
  public void expect(Job job, List<String> devices, StageCosts costs) {
    fleet.costs().expect(job, devices, costs);
  }

  /**
   * Makes pictures; the listener hears of each exactly once.
   *
   * @throws dev.tandem.orchestrator.RequestException before anything runs, if a device's memory
   *     does not suffice
   */
  public RunReport run(
      List<PictureJob> jobs, Placement placement, GenerationListener listener, Detail detail) {
    Timeline timeline = new Timeline(detail);
    RunContext run = RunContext.of(fleet, placement.devices(), watchdog, timeline, listener);
    Wiring wiring = new Wiring(run, model, placement, cache, jobs, tile(placement, jobs));
    var first = wiring.first();
    int window = wiring.places() + (placement.order() == Order.PROMPT ? early(jobs) : 1);
    Ends ends = new Ends(listener);
    long start = run.threading().now();
    boolean interrupted = false;
    int entered = 0;
    try (Pipeline<PictureTask> pipeline =
        new Pipeline<>(
            first,
            run.threading(),
            new Pipeline.Exit(placement.order() == Order.PROMPT, window),
            timeline,
            PictureTask::index,
            ends)) {
      canceller = pipeline::cancel;
      try {
        while (entered < jobs.size() && !cancelled) {
          pipeline.submit(new PictureTask(entered, jobs.get(entered)));
          entered++;
        }
      } catch (InterruptedException e) {
        interrupted = true;
        cancel();
      }
    }
    canceller = () -> {};
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    ends.neverEntered(jobs, entered);
    return new RunReport(
        timeline.spans(),
        run.threading().now() - start,
        ends.done(),
        ends.failed(),
        cancelled,
        run.incidents());
  }

  /** In which tiles to decode so that all fits. */
  private int tile(Placement placement, List<PictureJob> jobs) {
    Map<String, Device> devices = new LinkedHashMap<>();
    placement.devices().forEach(id -> devices.put(id, fleet.get(id).device()));
    return new MemoryCheck(needs, placement, options, devices).tile(jobs);
  }

  private static int early(List<PictureJob> jobs) {
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
