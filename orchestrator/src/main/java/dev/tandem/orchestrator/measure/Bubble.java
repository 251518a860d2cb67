package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.timeline.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
    Map<Visit, List<Span>> runs = new HashMap<>();
    spans.stream()
        .filter(s -> s.kind() == Span.Kind.RUN && s.device().equals(device))
        .forEach(s -> runs.computeIfAbsent(Visit.of(s), v -> new ArrayList<>()).add(s));
    List<Span> stages =
        spans.stream().filter(s -> s.kind() == Span.Kind.STAGE && uses(s, runs)).toList();
    Set<String> handedOver = new HashSet<>();
    stages.forEach(s -> handedOver.add(s.device() + '\n' + Visit.of(s)));
    Intervals gaps = Intervals.of(runs.values().stream().flatMap(List::stream)).gaps();
    Intervals notHost = gaps.minus(Intervals.of(stages.stream()));
    Intervals input =
        notHost.minus(
            Intervals.of(
                spans.stream()
                    .filter(
                        s ->
                            s.kind() == Span.Kind.BLOCKED
                                && handedOver.contains(s.device() + '\n' + Visit.of(s)))));
    List<Bubble> bubbles = new ArrayList<>();
    add(bubbles, gaps.minus(notHost), Cause.HOST);
    add(bubbles, notHost.minus(input), Cause.BACK_PRESSURE);
    add(bubbles, input, Cause.INPUT);
    bubbles.sort(Comparator.comparingLong(Bubble::startNs));
    return bubbles;
  }

  /** A picture in a stage. A placement may divide it: then there are several spans of it. */
  private record Visit(String stage, int picture) {
    static Visit of(Span s) {
      return new Visit(s.stage(), s.picture());
    }
  }

  /** Whether the device computed for this span of a stage; clocks may be off at its edges. */
  private static boolean uses(Span stage, Map<Visit, List<Span>> runs) {
    return runs.getOrDefault(Visit.of(stage), List.of()).stream()
        .mapToLong(r -> r.startNs() + r.durationNs() / 2)
        .anyMatch(middle -> middle >= stage.startNs() && middle <= stage.endNs());
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
