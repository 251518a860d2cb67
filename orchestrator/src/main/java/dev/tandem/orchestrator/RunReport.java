package dev.tandem.orchestrator;

import dev.tandem.orchestrator.execution.Incident;
import dev.tandem.orchestrator.measure.RunMetrics;
import dev.tandem.orchestrator.timeline.Overlap;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.StageSummary;
import java.util.List;

/**
 * What a run did.
 *
 * @param spans everything the timeline recorded
 * @param wallNs from the first submission to the last completion
 * @param done pictures finished
 * @param failed pictures not finished, those that were cancelled included
 * @param cancelled whether the run was cancelled
 * @param incidents what went wrong at devices, and where the work went
 */
public record RunReport(
    List<Span> spans,
    long wallNs,
    int done,
    int failed,
    boolean cancelled,
    List<Incident> incidents) {
  public RunReport {
    spans = List.copyOf(spans);
    incidents = List.copyOf(incidents);
  }

  public List<StageSummary> stages() {
    return StageSummary.of(spans);
  }

  /** Latency, overlap and what each device did. */
  public RunMetrics metrics() {
    return RunMetrics.of(spans, wallNs, done);
  }

  public Overlap overlap() {
    return Overlap.of(spans);
  }

  public double picturesPerSecond() {
    return wallNs == 0 ? 0 : done / (wallNs / 1e9);
  }
}
