package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.engine.Completion;
import dev.tandem.orchestrator.measure.RunFigures;
import dev.tandem.orchestrator.result.GenerationListener;
import java.util.concurrent.CancellationException;

/** Hands finished pictures out, passes failures on, and counts both. */
final class Ends implements Completion<ModelTask> {
  private final String model;
  private final GenerationListener listener;
  private final RunFigures figures;
  private int done;
  private int failed;
  private boolean lastFailed;

  Ends(String model, GenerationListener listener, RunFigures figures) {
    this.model = model;
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
  public void completed(ModelTask task) throws Exception {
    lastFailed = true;
    task.events().done(task.takePicture(model));
    lastFailed = false;
    done++;
  }

  @Override
  public void failed(ModelTask task, Throwable cause) {
    lastFailed = true;
    task.drop();
    if (!(cause instanceof CancellationException)) {
      failed++;
    }
    listener.onFailure(task.index(), task.job().request(), cause);
    task.events().failed(cause);
  }

  @Override
  public void ended(ModelTask task) {
    figures.ended(task.index(), !lastFailed);
  }
}
