package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.timeline.Span;
import java.util.List;

/**
 * One run of a contestant.
 *
 * @param spans what the timeline recorded, with the pictures' numbers within the job
 * @param startNs when it began, {@link System#nanoTime} time
 * @param failures why pictures could not be made, one for each that could not
 */
public record Round(RunMetrics metrics, List<Span> spans, long startNs, List<String> failures) {
  public Round {
    spans = List.copyOf(spans);
    failures = List.copyOf(failures);
  }
}
