package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.timeline.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A time in which a device was idle between its first and its last work, ns. */
public record Bubble(long startNs, long endNs, Cause cause) {

  /** Why a device was idle. Where several causes hold at once, the first of these counts. */
  public enum Cause {
    /** A stage of it was at work on the host, or on another device that it waited for. */
    HOST,
    /** Back-pressure: a stage of it could not hand its result over. */
    BACK_PRESSURE,
    /** Nothing had arrived that it could do. */
    INPUT
  }

  /** The bubbles of a device in the order of time. */
  public static List<Bubble> of(Collection<Span> spans, String device) {
    Set<Visit> visits = new HashSet<>();
    List<Span> runs = new ArrayList<>();
    for (Span s : spans) {
      if (s.kind() == Span.Kind.RUN && s.device().equals(device)) {
        visits.add(new Visit(s.stage(), s.picture()));
        runs.add(s);
      }
    }
    Intervals gaps = Intervals.of(runs.stream()).gaps();
    Intervals notHost = gaps.minus(during(spans, Span.Kind.STAGE, visits));
    Intervals input = notHost.minus(during(spans, Span.Kind.BLOCKED, visits));
    List<Bubble> bubbles = new ArrayList<>();
    add(bubbles, gaps.minus(notHost), Cause.HOST);
    add(bubbles, notHost.minus(input), Cause.BACK_PRESSURE);
    add(bubbles, input, Cause.INPUT);
    bubbles.sort(Comparator.comparingLong(Bubble::startNs));
    return bubbles;
  }

  /** A picture in a stage. */
  private record Visit(String stage, int picture) {}

  private static Intervals during(Collection<Span> spans, Span.Kind kind, Set<Visit> visits) {
    return Intervals.of(
        spans.stream()
            .filter(s -> s.kind() == kind && visits.contains(new Visit(s.stage(), s.picture()))));
  }

  private static void add(List<Bubble> to, Intervals times, Cause cause) {
    times.list().forEach(i -> to.add(new Bubble(i.from(), i.to(), cause)));
  }

  public long durationNs() {
    return endNs - startNs;
  }

  /** Their length in all, ns. */
  static long lengthNs(List<Bubble> bubbles, Cause cause) {
    return bubbles.stream().filter(b -> b.cause == cause).mapToLong(Bubble::durationNs).sum();
  }
}
