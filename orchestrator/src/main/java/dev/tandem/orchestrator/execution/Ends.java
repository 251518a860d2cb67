package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.engine.Completion;
import dev.tandem.orchestrator.measure.RunFigures;
import dev.tandem.orchestrator.result.Evaluations;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.stages.ModelPlan;
import java.util.concurrent.CancellationException;

/** Hands finished pictures out, passes failures on, and counts both. */
final class Ends implements Completion<ModelTask> {
  private final ModelPlan model;
  private final GenerationListener listener;
  private final RunFigures figures;
  private int done;
  private int failed;
  private Evaluations evaluations = Evaluations.NONE;
  private boolean lastFailed;

  Ends(ModelPlan model, GenerationListener listener, RunFigures figures) {
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

  /** Of the pictures that are done. */
  Evaluations evaluations() {
    return evaluations;
  }

  @Override
  public void completed(ModelTask task) throws Exception {
    lastFailed = true;
    Evaluations made = task.evaluations();
    task.events().done(task.takePicture(model.name(), model.options()));
    lastFailed = false;
    evaluations = evaluations.plus(made);
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
