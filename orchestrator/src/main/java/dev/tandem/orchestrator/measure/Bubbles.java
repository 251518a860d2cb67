package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.timeline.Span;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Time in which a device was idle between its first and its last work, by cause, ns.
 *
 * @param inputNs nothing had arrived that it could do
 * @param blockedNs back-pressure: a stage of it could not hand its result over
 * @param hostNs a stage of it was at work on the host, or on another device that it waited for
 */
public record Bubbles(long inputNs, long blockedNs, long hostNs) {

  /** The bubbles of a device. Where several causes hold at once, the host's work comes first. */
  public static Bubbles of(Collection<Span> spans, String device) {
    Intervals gaps =
        Intervals.of(
                spans.stream().filter(s -> s.kind() == Span.Kind.RUN && s.device().equals(device)))
            .gaps();
    Set<Visit> visits = new HashSet<>();
    for (Span s : spans) {
      if (s.kind() == Span.Kind.RUN && s.device().equals(device)) {
        visits.add(new Visit(s.stage(), s.picture()));
      }
    }
    Intervals notHost = gaps.minus(during(spans, Span.Kind.STAGE, visits));
    Intervals rest = notHost.minus(during(spans, Span.Kind.BLOCKED, visits));
    return new Bubbles(
        rest.lengthNs(),
        notHost.lengthNs() - rest.lengthNs(),
        gaps.lengthNs() - notHost.lengthNs());
  }

  /** A picture in a stage. */
  private record Visit(String stage, int picture) {}

  private static Intervals during(Collection<Span> spans, Span.Kind kind, Set<Visit> visits) {
    return Intervals.of(
        spans.stream()
            .filter(s -> s.kind() == kind && visits.contains(new Visit(s.stage(), s.picture()))));
  }

  public long totalNs() {
    return inputNs + blockedNs + hostNs;
  }
}
