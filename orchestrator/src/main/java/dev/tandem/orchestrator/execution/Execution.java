package dev.tandem.orchestrator.execution;

import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.wiring.LiveCosts;
import dev.tandem.orchestrator.wiring.Watchdog;
import dev.tandem.stages.MemoryNeeds;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.checkpoint.ModelFolder;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;

/** One opened model on the devices of a pool, and its runs. Any thread. */
public final class Execution implements AutoCloseable {
  private final ModelInfo model;
  private final DevicePool pool;
  private final RunOptions options;
  private final Watchdog watchdog;
  private final MemoryNeeds needs;
  private final LoadedModel loaded;
  private final LiveCosts costs = new LiveCosts();
  private final Set<OpenRun> runs = ConcurrentHashMap.newKeySet();
  private volatile boolean cancelled;

  /**
   * Reads and checks the model; opens no device.
   *
   * @param options precision and tiling; the pool sees to memory limits
   */
  public Execution(ModelFolder folder, DevicePool pool, RunOptions options, Watchdog watchdog) {
    model = ModelInfo.of(ModelPlan.of(folder, options.model()));
    this.pool = pool;
    this.options = options;
    this.watchdog = watchdog;
    needs = new MemoryNeeds(model.plan());
    loaded = new LoadedModel(model.plan(), options, pool);
  }

  /** Opens the devices of a placement, so that a wrong one is noticed at once. */
  public void open(Placement placement) {
    placement.devices().forEach(pool::get);
  }

  /**
   * A request as the model will fulfil it.
   *
   * @throws RequestException if it cannot
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
    List<PooledDevice> opened = devices.stream().map(pool::get).toList();
    requirePossible(opened, job);
    return new CostProbe(model, loaded, pool.drive(), watchdog, job).measure(opened);
  }

  /** Refuses pictures that no device can denoise, before one tries. */
  private void requirePossible(List<PooledDevice> all, PictureJob job) {
    MemoryCheck.requireHeap(job);
    for (PooledDevice d : all) {
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
  public void expect(Job job, List<String> devices, StageCosts expected) {
    costs.expect(job.kind(), devices, expected);
  }

  /**
   * Begins a run to which requests can be submitted until it is closed.
   *
   * @param listener hears of all its pictures
   */
  public OpenRun start(Placement placement, GenerationListener listener, Detail detail) {
    if (cancelled) {
      throw new CancellationException("cancelled");
    }
    OpenRun run =
        new OpenRun(
            model,
            loaded,
            pool,
            new MemoryCheck(needs, placement, options, pool),
            new OpenRun.Setting(placement, costs, watchdog, detail),
            listener,
            runs::remove);
    runs.add(run);
    if (cancelled) {
      run.cancel();
    }
    return run;
  }

  /**
   * Makes pictures; the listener hears of each that was begun exactly once.
   *
   * @param requests of which each is asked for twice, when its turn comes and before
   * @throws RequestException before anything runs, if the model cannot fulfil a request or a
   *     device's memory does not suffice
   */
  public RunReport run(
      List<Request> requests, Placement placement, GenerationListener listener, Detail detail) {
    boolean interrupted = false;
    OpenRun run = start(placement, listener, detail);
    boolean possible = false;
    try {
      requests.forEach(run::check);
      possible = true;
    } finally {
      if (!possible) {
        run.close();
      }
    }
    try {
      run.announce(requests.size());
      for (Request r : requests) {
        run.submitWhenRoom(r);
      }
    } catch (InterruptedException e) {
      cancel();
      interrupted = true;
    } catch (CancellationException e) {
      // by whom is known
    } catch (Throwable e) { // what is on its way must not be waited for
      run.broken(e);
    }
    run.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return run.report(requests.size());
  }

  /**
   * Stops all runs: finished pictures are kept, the others fail. Any thread; this object is then of
   * no further use.
   */
  public void cancel() {
    cancelled = true;
    runs.forEach(OpenRun::cancel);
  }

  /** Waits for its runs, then frees what the model has at devices. */
  @Override
  public void close() {
    runs.forEach(OpenRun::close);
    loaded.close();
  }
}
