package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.StageSummary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The rows of the table after a run, as running sums. */
final class StageSums {
  private record Key(String stage, String device) {}

  private static final class Sums {
    private long busyNs;
    private long waitNs;
    private long blockedNs;
  }

  private final Map<Key, Sums> rows = new LinkedHashMap<>();

  void add(Span s) {
    Sums row = rows.computeIfAbsent(new Key(s.stage(), s.device()), k -> new Sums());
    switch (s.kind()) {
      case RUN -> row.busyNs += s.durationNs();
      case WAIT -> row.waitNs += s.durationNs();
      case BLOCKED -> row.blockedNs += s.durationNs();
      case STAGE, STEP, OPERATION, TRANSFER -> {}
    }
  }

  /** A row for each stage and device, in the order in which they first appeared. */
  List<StageSummary> rows() {
    return rows.entrySet().stream().map(e -> row(e.getKey(), e.getValue())).toList();
  }

  private static StageSummary row(Key key, Sums s) {
    return new StageSummary(key.stage, key.device, s.busyNs, s.waitNs, s.blockedNs);
  }
}
