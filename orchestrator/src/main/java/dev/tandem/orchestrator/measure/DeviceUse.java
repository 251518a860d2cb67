package dev.tandem.orchestrator.measure;

import dev.tandem.devices.Clock;
import dev.tandem.orchestrator.timeline.Span;
import java.util.Collection;
import java.util.List;

/**
 * What one device did in a run.
 *
 * @param busyNs time it computed
 * @param transferNs time in which data went between it and the host
 * @param bubbles why it idled between its first and its last work
 * @param errorNs how far off its clock may be at most: 0 for the host's, ns
 */
public record DeviceUse(
    String device, long busyNs, long transferNs, List<Bubble> bubbles, long errorNs) {

  public DeviceUse {
    bubbles = List.copyOf(bubbles);
  }

  /** Whose clock the times come from. */
  public Clock.By clock() {
    return errorNs == 0 ? Clock.By.HOST : Clock.By.DEVICE;
  }

  /** Time lost to bubbles of one cause, ns. */
  public long bubbleNs(Bubble.Cause cause) {
    return Bubble.lengthNs(bubbles, cause);
  }

  /** Every device that computed, in the order in which they began. */
  public static List<DeviceUse> of(Collection<Span> spans) {
    return spans.stream()
        .filter(s -> s.kind() == Span.Kind.RUN)
        .sorted(java.util.Comparator.comparingLong(Span::startNs))
        .map(Span::device)
        .distinct()
        .map(device -> of(spans, device))
        .toList();
  }

  private static DeviceUse of(Collection<Span> spans, String device) {
    List<Span> own = spans.stream().filter(s -> s.device().equals(device)).toList();
    return new DeviceUse(
        device,
        length(own, Span.Kind.RUN),
        length(own, Span.Kind.TRANSFER),
        Bubble.of(spans, device),
        own.stream().mapToLong(Span::errorNs).max().orElse(0));
  }

  private static long length(List<Span> own, Span.Kind kind) {
    return Intervals.of(own.stream().filter(s -> s.kind() == kind)).lengthNs();
  }
}
