package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.timeline.Span;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * How long pictures took from the start of their first stage to the end of their last, waiting in
 * between included, ns, in the order of the pictures.
 */
public record Latencies(List<Long> ns) {
  private static final int DIGITS = 3;

  public Latencies {
    ns = List.copyOf(ns);
  }

  public static Latencies of(Collection<Span> spans) {
    record Stay(long from, long to) {}
    Map<Integer, Stay> stays = new TreeMap<>();
    for (Span s : spans) {
      if (s.kind() == Span.Kind.STAGE) {
        stays.merge(
            s.picture(),
            new Stay(s.startNs(), s.endNs()),
            (a, b) -> new Stay(Math.min(a.from, b.from), Math.max(a.to, b.to)));
      }
    }
    return new Latencies(stays.values().stream().map(s -> s.to - s.from).toList());
  }

  /** Those of several runs. */
  public static Latencies all(Collection<Latencies> runs) {
    return new Latencies(runs.stream().flatMap(l -> l.ns.stream()).toList());
  }

  /**
   * The latency that so many percent of the pictures do not exceed, to three digits, ns.
   *
   * @param percent 0 to 100
   */
  public long percentileNs(double percent) {
    Histogram histogram = new Histogram(DIGITS);
    ns.forEach(histogram::recordValue);
    return histogram.getValueAtPercentile(percent);
  }
}
