package dev.tandem.orchestrator.compare;

import dev.tandem.orchestrator.measure.RunMetrics;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.SpanList;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.PackedHistogram;

/** What is kept of a round while it runs: little, however many pictures it has. Any thread. */
final class RoundRecorder {
  private static final int MOST_FAILURES = 100;
  private static final int DIGITS = 3;

  /**
   * Which spans are kept.
   *
   * @param pictures of the first so many
   * @param spans and no more than so many
   */
  record Keep(int pictures, int spans) {
    static final Keep ALL = new Keep(Integer.MAX_VALUE, Integer.MAX_VALUE);
    static final Keep NONE = new Keep(0, 0);
  }

  private final long startNs = System.nanoTime();
  private final Keep keep;
  private final SpanList kept;
  private final PackedHistogram steps = new PackedHistogram(DIGITS);
  private final List<String> failures = new ArrayList<>();
  private int failed;
  private long seen;

  RoundRecorder(Keep keep) {
    this.keep = keep;
    kept = new SpanList(keep.spans);
  }

  synchronized void add(Span s) {
    seen++;
    if (s.kind() == Span.Kind.STEP) {
      steps.recordValue(s.durationNs());
    }
    if (s.picture() < keep.pictures) {
      kept.accept(s);
    }
  }

  synchronized void failed(int picture, Throwable cause) {
    failed++;
    if (failures.size() < MOST_FAILURES) {
      failures.add("picture " + picture + ": " + cause.getMessage());
    }
  }

  synchronized int failed() {
    return failed;
  }

  long startNs() {
    return startNs;
  }

  synchronized Round round(RunMetrics metrics) {
    double step = steps.getTotalCount() == 0 ? 1 : steps.getValueAtPercentile(50);
    List<Span> spans = kept.spans();
    return new Round(metrics, step, spans, spans.size() == seen, startNs, failed, failures);
  }
}
