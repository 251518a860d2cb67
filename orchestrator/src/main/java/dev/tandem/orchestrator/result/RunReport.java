package dev.tandem.orchestrator.result;

import dev.tandem.orchestrator.engine.Incident;
import dev.tandem.orchestrator.measure.RunMetrics;
import dev.tandem.orchestrator.timeline.Overlap;
import dev.tandem.orchestrator.timeline.StageSummary;
import java.util.List;
import java.util.Optional;

/**
 * What a run did.
 *
 * @param stages what each stage did on each device
 * @param metrics latency, overlap and what each device did
 * @param failed pictures that could not be made
 * @param cancelled pictures not made because the run was cancelled or broke off
 * @param evaluations of the U-Net for the pictures that were finished
 * @param incidents what went wrong at devices, and where the work went
 * @param brokenBy the error that ended the run before its time, if one did
 */
public record RunReport(
    List<StageSummary> stages,
    RunMetrics metrics,
    int failed,
    int cancelled,
    Evaluations evaluations,
    Incidents incidents,
    Optional<Throwable> brokenBy) {
  public RunReport {
    stages = List.copyOf(stages);
  }

  /**
   * Incidents of a run.
   *
   * @param first the first of them, a limited number
   * @param count of all
   */
  public record Incidents(List<Incident> first, int count) {
    public Incidents {
      first = List.copyOf(first);
    }
  }

  /** Pictures finished. */
  public int done() {
    return metrics.done();
  }

  /** From the first submission to the last completion, ns. */
  public long wallNs() {
    return metrics.wallNs();
  }

  public Overlap overlap() {
    return metrics.overlap();
  }

  public double picturesPerSecond() {
    return metrics.picturesPerSecond();
  }

  /**
   * Does nothing after a run that came to its end or was cancelled.
   *
   * @throws GenerationException with the error that ended the run before its time
   */
  public void requireWhole() {
    brokenBy.ifPresent(
        cause -> {
          throw new GenerationException("the run broke off: " + cause.getMessage(), cause);
        });
  }
}
