package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.timeline.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A set of times: intervals in order that do not touch. */
record Intervals(List<Interval> list) {

  /** From a time until before another, ns. */
  record Interval(long from, long to) {}

  Intervals {
    list = List.copyOf(list);
  }

  /** The times in at least one of the spans. */
  static Intervals of(Stream<Span> spans) {
    return union(spans.map(s -> new Interval(s.startNs(), s.endNs())));
  }

  static Intervals union(Stream<Interval> any) {
    List<Interval> merged = new ArrayList<>();
    any.filter(i -> i.from < i.to)
        .sorted(Comparator.comparingLong(Interval::from))
        .forEach(
            i -> {
              if (!merged.isEmpty() && i.from <= merged.getLast().to) {
                Interval last = merged.removeLast();
                merged.add(new Interval(last.from, Math.max(last.to, i.to)));
              } else {
                merged.add(i);
              }
            });
    return new Intervals(merged);
  }

  /** Between the first and the last time, those that are not in the set. */
  Intervals gaps() {
    List<Interval> gaps = new ArrayList<>();
    for (int i = 1; i < list.size(); i++) {
      gaps.add(new Interval(list.get(i - 1).to, list.get(i).from));
    }
    return new Intervals(gaps);
  }

  /** The times in this set that are not in the other. */
  Intervals minus(Intervals other) {
    List<Interval> left = new ArrayList<>();
    int next = 0;
    for (Interval i : list) {
      while (next < other.list.size() && other.list.get(next).to <= i.from) {
        next++;
      }
      long from = i.from;
      for (int o = next; o < other.list.size() && other.list.get(o).from < i.to; o++) {
        left.add(new Interval(from, other.list.get(o).from));
        from = other.list.get(o).to;
      }
      left.add(new Interval(from, i.to));
    }
    return union(left.stream());
  }

  /** How long it all is, ns. */
  long lengthNs() {
    return list.stream().mapToLong(i -> i.to - i.from).sum();
  }
}
