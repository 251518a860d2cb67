package dev.tandem.orchestrator.timeline;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How well devices worked at the same time.
 *
 * @param anyNs time with at least one device busy
 * @param twoNs time with two or more devices busy
 */
public record Overlap(long anyNs, long twoNs) {

  /** Sweeps the {@link Span.Kind#RUN} spans; spans of one device that overlap count once. */
  public static Overlap of(Collection<Span> spans) {
    record Edge(long at, String device, int delta) {}
    List<Edge> edges = new ArrayList<>();
    for (Span s : spans) {
      if (s.kind() == Span.Kind.RUN && s.durationNs() > 0) {
        edges.add(new Edge(s.startNs(), s.device(), 1));
        edges.add(new Edge(s.endNs(), s.device(), -1));
      }
    }
    edges.sort(Comparator.comparingLong(Edge::at));
    Map<String, Integer> depth = new HashMap<>();
    int busy = 0;
    long any = 0;
    long two = 0;
    long last = 0;
    for (Edge e : edges) {
      any += busy >= 1 ? e.at() - last : 0;
      two += busy >= 2 ? e.at() - last : 0;
      last = e.at();
      int before = depth.getOrDefault(e.device(), 0);
      depth.put(e.device(), before + e.delta());
      busy += (before == 0 ? 1 : 0) - (before + e.delta() == 0 ? 1 : 0);
    }
    return new Overlap(any, two);
  }

  /** Both times together, of parts of a run that follow each other. */
  public Overlap plus(Overlap next) {
    return new Overlap(anyNs + next.anyNs, twoNs + next.twoNs);
  }

  /** Share of the busy time in which two or more devices were busy, 0 to 1. */
  public double ratio() {
    return anyNs == 0 ? 0 : (double) twoNs / anyNs;
  }
}
