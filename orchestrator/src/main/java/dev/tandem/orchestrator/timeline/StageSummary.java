package dev.tandem.orchestrator.timeline;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One row of the table after a run.
 *
 * @param busyNs time its device computed for it
 * @param waitNs time in which its input was not there yet
 * @param blockedNs time in which it could not hand its result over
 */
public record StageSummary(String stage, String device, long busyNs, long waitNs, long blockedNs) {

  /** A row for each stage and device, in the order in which they first appear. */
  public static List<StageSummary> of(Collection<Span> spans) {
    Map<String, StageSummary> rows = new LinkedHashMap<>();
    for (Span s : spans) {
      rows.merge(
          s.stage() + '\n' + s.device(),
          new StageSummary(
              s.stage(),
              s.device(),
              length(s, Span.Kind.RUN),
              length(s, Span.Kind.WAIT),
              length(s, Span.Kind.BLOCKED)),
          StageSummary::plus);
    }
    return List.copyOf(rows.values());
  }

  private static long length(Span s, Span.Kind kind) {
    return s.kind() == kind ? s.durationNs() : 0;
  }

  private StageSummary plus(StageSummary o) {
    return new StageSummary(
        stage, device, busyNs + o.busyNs, waitNs + o.waitNs, blockedNs + o.blockedNs);
  }
}
