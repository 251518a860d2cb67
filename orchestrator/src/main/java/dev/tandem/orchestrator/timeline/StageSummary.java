package dev.tandem.orchestrator.timeline;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One row of the table after a run.
 *
 * @param busyNs time its device computed for it
 * @param waitNs time it had nothing to do
 */
public record StageSummary(String stage, String device, long busyNs, long waitNs) {

  /** A row for each stage and device, in the order in which they first appear. */
  public static List<StageSummary> of(Collection<Span> spans) {
    Map<String, StageSummary> rows = new LinkedHashMap<>();
    for (Span s : spans) {
      long busy = s.kind() == Span.Kind.RUN ? s.durationNs() : 0;
      long wait = s.kind() == Span.Kind.WAIT ? s.durationNs() : 0;
      rows.merge(
          s.stage() + '\n' + s.device(),
          new StageSummary(s.stage(), s.device(), busy, wait),
          (a, b) -> new StageSummary(a.stage, a.device, a.busyNs + b.busyNs, a.waitNs + b.waitNs));
    }
    return List.copyOf(rows.values());
  }
}
