package dev.tandem.orchestrator.pipeline;

import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.Timeline;
import java.util.function.ToIntFunction;

/** What the parts of one pipeline share: its time, its timeline, and whether it was cancelled. */
final class Run<T> {
  private final Threading threading;
  private final Timeline timeline;
  private final ToIntFunction<T> pictureOf;
  private final Breakdown breakdown;
  private volatile boolean cancelled;

  Run(Threading threading, Timeline timeline, ToIntFunction<T> pictureOf, Breakdown breakdown) {
    this.breakdown = breakdown;
    this.threading = threading;
    this.timeline = timeline;
    this.pictureOf = pictureOf;
  }

  Threading threading() {
    return threading;
  }

  long now() {
    return threading.now();
  }

  void span(Span.Kind kind, PipelineStage<T> stage, T task, long from, long to) {
    span(kind, stage.name(), stage.device(), stage.number(), task, from, to);
  }

  void span(Span.Kind kind, String stage, String device, int lane, T task, long from, long to) {
    int picture = pictureOf.applyAsInt(task);
    timeline.add(new Span(kind, stage, device, picture, -1, lane, from, to, "", 0));
  }

  /** Something went wrong that is not one task's matter: the run ends. */
  void broken(Throwable e) {
    breakdown.report(e);
  }

  /** Whether this is the error that ended the run. */
  boolean brokenBy(Throwable e) {
    return breakdown.is(e);
  }

  boolean cancelled() {
    return cancelled;
  }

  void cancel() {
    cancelled = true;
  }
}
