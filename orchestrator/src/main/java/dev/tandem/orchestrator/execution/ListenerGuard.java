package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.engine.Breakdown;
import dev.tandem.orchestrator.memory.MemoryPlans;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.timeline.Span;

/** Passes on to a listener; what it throws ends the run, and is no fault of stage or device. */
record ListenerGuard(GenerationListener listener, Breakdown breakdown)
    implements GenerationListener {

  @Override
  public void onStep(int index, int step, int steps) {
    breakdown.guarded(() -> listener.onStep(index, step, steps));
  }

  /** Throws what the listener throws: the picture's failure. */
  @Override
  public void onPicture(Picture picture) throws Exception {
    listener.onPicture(picture);
  }

  @Override
  public void onFailure(int index, Request request, Throwable cause) {
    breakdown.guarded(() -> listener.onFailure(index, request, cause));
  }

  @Override
  public void onSpan(Span span) {
    breakdown.guarded(() -> listener.onSpan(span));
  }

  @Override
  public void onMemoryPlan(MemoryPlans plans) {
    breakdown.guarded(() -> listener.onMemoryPlan(plans));
  }

  @Override
  public void onWarning(String text) {
    breakdown.guarded(() -> listener.onWarning(text));
  }
}
