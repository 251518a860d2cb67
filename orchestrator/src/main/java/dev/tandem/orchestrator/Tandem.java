package dev.tandem.orchestrator;

import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.pipeline.Completion;
import dev.tandem.orchestrator.pipeline.Pipeline;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Timeline;
import dev.tandem.stages.checkpoint.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

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
 * One thread at a time, except {@link #cancel}.
 */
public final class Tandem implements AutoCloseable {
  private static final int RING_CAPACITY = 2;

  private final ModelStages stages;
  private volatile boolean cancelled;
  private volatile Runnable canceller = () -> {};

  private Tandem(ModelStages stages) {
    this.stages = stages;
  }

  /** Opens a model folder in the diffusers layout, with everything on the CPU. */
  public static Tandem open(Path model) {
    return open(model, Placement.on("cpu"));
  }

  /**
   * Opens a model folder in the diffusers layout.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if the model cannot be read
   * @throws dev.tandem.devices.DeviceException if a device does not exist
   */
  public static Tandem open(Path model, Placement placement) {
    return open(model, placement, DeviceOptions.DEFAULT);
  }

  /**
   * Opens a model folder in the diffusers layout.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if the model cannot be read
   * @throws dev.tandem.devices.DeviceException if a device does not exist
   * @throws RequestException if the options name a device that the placement does not use
   */
  public static Tandem open(Path model, Placement placement, DeviceOptions options) {
    return new Tandem(new ModelStages(ModelFolder.open(model), placement, options));
  }

  /**
   * How often a picture asks the U-Net; a step with guidance asks twice.
   *
   * @throws RequestException if the model cannot fulfil the request
   */
  public int evaluations(Request request) {
    return stages.evaluations(request);
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
    generateAll(List.of(request), listener);
    if (!failures.isEmpty()) {
      throw new GenerationException(
          "picture '" + request.prompt() + "' failed: " + failures.getFirst().getMessage(),
          failures.getFirst());
    }
    return pictures.getFirst();
  }

  /**
   * Makes pictures, several at work at once in different stages. A picture that fails does so
   * alone; the listener hears of each exactly once, in order.
   *
   * @throws RequestException before anything runs, if the model cannot fulfil a request
   */
  public RunReport generateAll(List<Request> requests, GenerationListener listener) {
    return generateAll(requests, listener, Detail.HOST);
  }

  /**
   * As {@link #generateAll(List, GenerationListener)}.
   *
   * @param detail how closely the report's spans look at the devices
   */
  public RunReport generateAll(List<Request> requests, GenerationListener listener, Detail detail) {
    List<Request> resolved = requests.stream().map(stages::resolve).toList();
    stages.checkMemory(resolved);
    Timeline timeline = new Timeline(detail);
    Count count = new Count(listener);
    long start = System.nanoTime();
    boolean interrupted = false;
    try (Pipeline<PictureTask> pipeline =
        new Pipeline<>(
            stages.stages(timeline, listener, () -> cancelled),
            RING_CAPACITY,
            timeline,
            PictureTask::index,
            count)) {
      canceller = pipeline::cancel;
      int entered = 0;
      try {
        while (entered < resolved.size() && !cancelled) {
          pipeline.submit(new PictureTask(entered, resolved.get(entered)));
          entered++;
        }
      } catch (InterruptedException e) {
        interrupted = true;
        cancel();
      }
      count.neverEntered = resolved.subList(entered, resolved.size());
    }
    canceller = () -> {};
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    count.failRest(resolved.size());
    return new RunReport(
        timeline.spans(), System.nanoTime() - start, count.done, count.failed, cancelled);
  }

  /**
   * Stops the run at work after its current step: finished pictures are kept, the others fail. May
   * be called from any thread; this object is then of no further use.
   */
  public void cancel() {
    cancelled = true;
    canceller.run();
  }

  @Override
  public void close() {
    stages.close();
  }

  /** Counts ends and passes failures on. */
  private static final class Count implements Completion<PictureTask> {
    private final GenerationListener listener;
    private int done;
    private int failed;
    private List<Request> neverEntered = List.of();

    private Count(GenerationListener listener) {
      this.listener = listener;
    }

    @Override
    public void completed(PictureTask task) {
      done++;
    }

    @Override
    public void failed(PictureTask task, Throwable cause) {
      failed++;
      listener.onFailure(task.index(), task.request(), cause);
    }

    private void failRest(int total) {
      int index = total - neverEntered.size();
      for (Request r : neverEntered) {
        failed++;
        listener.onFailure(index++, r, new CancellationException("cancelled"));
      }
    }
  }
}
