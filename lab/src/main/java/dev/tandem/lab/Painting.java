package dev.tandem.lab;

import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.stages.StagePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Hears of a run of one picture. */
final class Painting implements GenerationListener {
  private final List<Long> steps = new ArrayList<>();
  private int runs;
  private Optional<Picture> picture = Optional.empty();
  private Throwable failure = new IllegalStateException("there is no picture");

  @Override
  public synchronized void onPicture(Picture drawn) {
    picture = Optional.of(drawn);
  }

  @Override
  public synchronized void onFailure(int index, Request request, Throwable cause) {
    failure = cause;
  }

  @Override
  public synchronized void onSpan(Span span) {
    if (span.kind() == Span.Kind.STEP) {
      steps.add(span.durationNs());
    } else if (span.kind() == Span.Kind.RUN && span.stage().equals(StagePlan.DENOISE)) {
      runs++;
    }
  }

  synchronized Optional<Picture> picture() {
    return picture;
  }

  /** Why there is none. */
  synchronized Throwable failure() {
    return failure;
  }

  synchronized StepTimes steps() {
    return StepTimes.of(steps.stream().mapToLong(Long::longValue).toArray(), runs);
  }
}
