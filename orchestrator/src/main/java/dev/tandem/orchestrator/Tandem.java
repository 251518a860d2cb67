package dev.tandem.orchestrator;

import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.orchestrator.engine.Drive;
import dev.tandem.orchestrator.engine.Threads;
import dev.tandem.orchestrator.execution.DevicePool;
import dev.tandem.orchestrator.execution.Execution;
import dev.tandem.orchestrator.execution.OpenRun;
import dev.tandem.orchestrator.execution.OpeningDevices;
import dev.tandem.orchestrator.execution.PictureJob;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.result.GenerationException;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.wiring.Watchdog;
import dev.tandem.stages.checkpoint.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Function;

/**
 * Makes pictures from prompts with one model.
 *
 * <pre>{@code
 * try (Tandem tandem = Tandem.open(Path.of("models/default"))) {
 *   Picture picture = tandem.generate(Request.of("red apple, flat style").withSeed(7));
 *   BufferedImage image = picture.toBufferedImage();
 * }
 * }</pre>
 *
 * {@link #generateAll} makes a closed list of pictures; {@link #start} begins a run to which any
 * number of threads submit requests. Several models may share the devices of a {@link DevicePool}.
 * Any thread.
 */
public final class Tandem implements AutoCloseable {
  private final Execution execution;
  private final Placement placement;

  /** Closed with this object; empty if it is shared. */
  private final Optional<DevicePool> own;

  private Tandem(Execution execution, Placement placement, Optional<DevicePool> own) {
    this.execution = execution;
    this.placement = placement;
    this.own = own;
  }

  /** Opens a model folder in the diffusers layout, with everything on the CPU. */
  public static Tandem open(Path model) {
    return open(model, Placement.on("cpu"));
  }

  /**
   * Opens a model folder in the diffusers layout.
   *
   * @param placement where pictures are made, if not said otherwise for a run
   * @throws dev.tandem.stages.checkpoint.CheckpointException if the model cannot be read
   * @throws dev.tandem.devices.DeviceException if a device does not exist
   */
  public static Tandem open(Path model, Placement placement) {
    return open(model, placement, RunOptions.DEFAULT);
  }

  /**
   * As {@link #open(Path, Placement)}.
   *
   * @param options what the devices may use and how they store numbers
   * @throws RequestException if the options name a device that the placement does not use
   */
  public static Tandem open(Path model, Placement placement, RunOptions options) {
    options.requireUsed(placement);
    try (OpeningDevices devices =
        OpeningDevices.begin(placement.devices(), id -> Devices.open(options.spec(id)))) {
      return open(model, placement, options, devices, new Threads(), Watchdog.DEFAULT);
    }
  }

  /**
   * As {@link #open(Path, Placement)}, for tests and simulations.
   *
   * @param opener opens a device by its name, with its memory limit
   * @param drive with threads, or without any in virtual time
   * @param watchdog when a device counts as hung
   */
  public static Tandem open(
      Path model,
      Placement placement,
      RunOptions options,
      Function<String, Device> opener,
      Drive drive,
      Watchdog watchdog) {
    ModelFolder folder = ModelFolder.open(model);
    DevicePool pool = new DevicePool(opener, drive);
    return open(folder, placement, options, pool, Optional.of(pool), watchdog);
  }

  /**
   * As {@link #open(Path, Placement)}, on devices that other models use as well.
   *
   * @param options precision and tiling; memory limits are the pool's
   * @param pool to be closed after this object
   */
  public static Tandem open(Path model, Placement placement, RunOptions options, DevicePool pool) {
    ModelFolder folder = ModelFolder.open(model);
    return open(folder, placement, options, pool, Optional.empty(), Watchdog.DEFAULT);
  }

  private static Tandem open(
      ModelFolder folder,
      Placement placement,
      RunOptions options,
      DevicePool pool,
      Optional<DevicePool> own,
      Watchdog watchdog) {
    boolean done = false;
    try {
      Execution execution = new Execution(folder, pool, options, watchdog);
      execution.open(placement);
      done = true;
      return new Tandem(execution, placement, own);
    } finally {
      if (!done) {
        own.ifPresent(DevicePool::close);
      }
    }
  }

  /**
   * How often a picture asks the U-Net; a step with guidance asks twice.
   *
   * @throws RequestException if the model cannot fulfil the request
   */
  public int evaluations(Request request) {
    PictureJob job = execution.resolve(request);
    return job.evaluations() * (job.guided() ? 2 : 1);
  }

  /** Makes one picture with default settings. */
  public Picture generate(String prompt) {
    return generate(Request.of(prompt));
  }

  /**
   * Makes one picture.
   *
   * @throws RequestException if the model cannot fulfil the request
   * @throws GenerationException if it failed
   */
  public Picture generate(Request request) {
    List<Picture> pictures = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void onPicture(Picture picture) {
            pictures.add(picture);
          }

          @Override
          public void onFailure(int index, Request failed, Throwable cause) {
            failures.add(cause);
          }
        };
    RunReport report = generateAll(List.of(request), listener);
    if (!failures.isEmpty()) {
      throw new GenerationException(
          "picture '" + request.prompt() + "' failed: " + failures.getFirst().getMessage(),
          failures.getFirst());
    }
    report.requireWhole();
    if (pictures.isEmpty()) {
      throw new GenerationException(
          "picture '" + request.prompt() + "' was cancelled", new CancellationException());
    }
    return pictures.getFirst();
  }

  /**
   * Makes pictures, several at work at once in different stages. A picture that fails does so
   * alone; the listener hears of each exactly once, in order. An error (no memory, a listener that
   * throws) ends the run: {@link RunReport#brokenBy}; after that and after {@link #cancel},
   * pictures that were not begun are only counted.
   *
   * @param requests of any number: each is asked for when its turn comes
   * @throws RequestException before anything runs, if the model cannot fulfil a request
   */
  public RunReport generateAll(List<Request> requests, GenerationListener listener) {
    return generateAll(requests, listener, Detail.HOST);
  }

  /**
   * As {@link #generateAll(List, GenerationListener)}.
   *
   * @param detail how closely spans look at the devices
   */
  public RunReport generateAll(List<Request> requests, GenerationListener listener, Detail detail) {
    return generateAll(requests, placement, listener, detail);
  }

  /**
   * As {@link #generateAll(List, GenerationListener)}, with a placement of its own. Devices stay
   * open and what was compiled stays there, so that placements can be compared.
   *
   * @throws dev.tandem.devices.DeviceException if a device does not exist
   */
  public RunReport generateAll(
      List<Request> requests, Placement where, GenerationListener listener, Detail detail) {
    return execution.run(requests, where, listener, detail);
  }

  /**
   * As {@link #start(Placement, GenerationListener, Detail)}, where this object's pictures are
   * made.
   */
  public OpenRun start(GenerationListener listener) {
    return start(placement, listener, Detail.HOST);
  }

  /**
   * Begins a run to which requests can be submitted until it is closed. Close it before this
   * object.
   *
   * @param listener hears of all its pictures
   * @throws dev.tandem.devices.DeviceException if a device does not exist
   */
  public OpenRun start(Placement where, GenerationListener listener, Detail detail) {
    return execution.start(where, listener, detail);
  }

  /**
   * What the requests are as a job to be placed; their pictures should be alike.
   *
   * @throws RequestException if the model cannot fulfil a request
   */
  public Job job(List<Request> requests) {
    if (requests.isEmpty()) {
      throw new RequestException("a job needs at least one request");
    }
    PictureJob first = execution.resolve(requests.getFirst());
    Set<String> prompts = new HashSet<>();
    for (Request r : requests) {
      prompts.add("+" + r.prompt());
      if (first.guided()) {
        prompts.add("-" + r.negative());
      }
    }
    return new Job(
        requests.size(),
        prompts.size(),
        first.evaluations(),
        first.guided(),
        first.request().width(),
        first.request().height());
  }

  /**
   * Measures for some seconds what the work of a request costs on each device; later runs use what
   * was compiled for that.
   *
   * @throws RequestException if the model cannot fulfil the request
   * @throws dev.tandem.devices.DeviceException if a device does not exist or fails
   */
  public StageCosts measure(List<String> devices, Request request) throws InterruptedException {
    StageCosts costs = execution.measure(devices, execution.resolve(request));
    expect(job(List.of(request)), devices, costs);
    return costs;
  }

  /** Tells what a job's work is expected to cost, so that the first choices are good already. */
  public void expect(Job job, List<String> devices, StageCosts costs) {
    execution.expect(job, devices, costs);
  }

  /**
   * Stops all runs: finished pictures are kept, the others fail. This object is then of no further
   * use.
   */
  public void cancel() {
    execution.cancel();
  }

  @Override
  public void close() {
    try {
      execution.close();
    } finally {
      own.ifPresent(DevicePool::close);
    }
  }
}
