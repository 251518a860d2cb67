package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.GenerationListener;
import dev.tandem.orchestrator.measure.RunFigures;
import dev.tandem.orchestrator.pipeline.Completion;
import java.util.concurrent.CancellationException;

/** Hands finished pictures to the listener, passes failures on, and counts both. */
final class Ends implements Completion<PictureTask> {
  private final GenerationListener listener;
  private final RunFigures figures;
  private int done;
  private int failed;

  Ends(GenerationListener listener, RunFigures figures) {
    this.listener = listener;
    this.figures = figures;
  }

  int done() {
    return done;
  }

  int failed() {
    return failed;
  }

  @Override
  public void completed(PictureTask task) throws Exception {
    listener.onPicture(task.takePicture());
    done++;
  }

  @Override
  public void failed(PictureTask task, Throwable cause) {
    task.fail();
    if (!(cause instanceof CancellationException)) {
      failed++;
    }
    listener.onFailure(task.index(), task.job().request(), cause);
  }

  @Override
  public void ended(PictureTask task) {
    figures.ended(task.index(), !task.hasFailed());
  }
}
