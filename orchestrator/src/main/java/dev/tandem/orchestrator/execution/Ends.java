package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.GenerationListener;
import dev.tandem.orchestrator.pipeline.Completion;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Hands finished pictures to the listener, passes failures on, and counts both. */
final class Ends implements Completion<PictureTask> {
  private final GenerationListener listener;
  private int done;
  private int failed;

  Ends(GenerationListener listener) {
    this.listener = listener;
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
    failed++;
    listener.onFailure(task.index(), task.job().request(), cause);
  }

  /** The run was cancelled before the jobs from a number on were begun. */
  void neverEntered(List<PictureJob> jobs, int from) {
    for (int i = from; i < jobs.size(); i++) {
      failed++;
      listener.onFailure(i, jobs.get(i).request(), new CancellationException("cancelled"));
    }
  }
}
