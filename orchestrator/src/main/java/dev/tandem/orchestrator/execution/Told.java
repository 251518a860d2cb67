package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.engine.Breakdown;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.result.GenerationListener;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * One picture's events: to the run's listener, the picture's own, and the one who waits. What a
 * listener throws ends the run, except of {@link #done}.
 *
 * @param run guards itself
 */
record Told(
    int index,
    GenerationListener run,
    PictureEvents own,
    CompletableFuture<Picture> result,
    Breakdown breakdown)
    implements PictureEvents {

  @Override
  public void accepted() {
    breakdown.guarded(own::accepted);
  }

  @Override
  public void stage(String stage, String device) {
    breakdown.guarded(() -> own.stage(stage, device));
  }

  @Override
  public void step(int step, int steps, Supplier<Optional<float[]>> preview) {
    run.onStep(index, step, steps);
    breakdown.guarded(() -> own.step(step, steps, preview));
  }

  @Override
  public void done(Picture picture) throws Exception {
    run.onPicture(picture);
    own.done(picture);
    result.complete(picture);
  }

  @Override
  public void failed(Throwable cause) {
    breakdown.guarded(() -> own.failed(cause));
    result.completeExceptionally(cause);
  }
}
