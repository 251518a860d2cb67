package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.measure.Intervals.Interval;
import dev.tandem.orchestrator.timeline.Span;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A part of a run's time: when a device computed in it, and why it did not.
 *
 * @param spans all of every picture that has one in the window
 * @param from start of the window, ns
 * @param to end of the window, ns
 */
record Window(List<Span> spans, long from, long to) {

  /** When the device computed. */
  Intervals busy(String device) {
    return clipped(of(Span.Kind.RUN, device));
  }

  /** When data went between the device and the host. */
  Intervals transfers(String device) {
    return clipped(of(Span.Kind.TRANSFER, device));
  }

  /** The runs of all devices, cut off at the window's ends. */
  List<Span> runs() {
    return spans.stream()
        .filter(s -> s.kind() == Span.Kind.RUN && s.startNs() < to && s.endNs() > from)
        .map(this::cut)
        .toList();
  }

  private Span cut(Span s) {
    return new Span(
        s.kind(),
        s.stage(),
        s.device(),
        s.picture(),
        s.step(),
        Math.max(from, s.startNs()),
        Math.min(to, s.endNs()));
  }

  private Stream<Span> of(Span.Kind kind, String device) {
    return spans.stream().filter(s -> s.kind() == kind && s.device().equals(device));
  }

  private Intervals clipped(Stream<Span> any) {
    return Intervals.union(
        any.map(s -> new Interval(Math.max(from, s.startNs()), Math.min(to, s.endNs()))));
  }

  /** Times in which the device was idle by their cause. */
  Map<Bubble.Cause, Intervals> causes(String device, Intervals idle) {
    Map<Visit, List<Span>> runs = new HashMap<>();
    of(Span.Kind.RUN, device)
        .forEach(s -> runs.computeIfAbsent(Visit.of(s), v -> new ArrayList<>()).add(s));
    List<Span> stages =
        spans.stream().filter(s -> s.kind() == Span.Kind.STAGE && uses(s, runs)).toList();
    Set<String> handedOver = new HashSet<>();
    stages.forEach(s -> handedOver.add(s.device() + '\n' + Visit.of(s)));
    Stream<Span> blocked =
        spans.stream()
            .filter(
                s ->
                    s.kind() == Span.Kind.BLOCKED
                        && handedOver.contains(s.device() + '\n' + Visit.of(s)));
    Intervals notHost = idle.minus(Intervals.of(stages.stream()));
    Intervals input = notHost.minus(Intervals.of(blocked));
    Map<Bubble.Cause, Intervals> causes = new EnumMap<>(Bubble.Cause.class);
    causes.put(Bubble.Cause.HOST, idle.minus(notHost));
    causes.put(Bubble.Cause.BACK_PRESSURE, notHost.minus(input));
    causes.put(Bubble.Cause.INPUT, input);
    return causes;
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
}
