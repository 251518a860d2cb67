package dev.tandem.orchestrator.compare;

import dev.tandem.orchestrator.measure.RunMetrics;
import dev.tandem.orchestrator.timeline.Span;
import java.util.List;

/**
 * One run of a contestant.
 *
 * @param stepNs median of the sampler's steps, 1 if there were none, ns
 * @param spans what the timeline recorded, with the pictures' numbers within the job: of the first
 *     pictures of the first rounds only
 * @param whole whether these are the spans of all pictures
 * @param startNs when it began, {@link System#nanoTime} time
 * @param failed pictures that could not be made
 * @param failures why, of the first of them
 */
public record Round(
    RunMetrics metrics,
    double stepNs,
    List<Span> spans,
    boolean whole,
    long startNs,
    int failed,
    List<String> failures) {
  public Round {
    spans = List.copyOf(spans);
    failures = List.copyOf(failures);
  }
}
