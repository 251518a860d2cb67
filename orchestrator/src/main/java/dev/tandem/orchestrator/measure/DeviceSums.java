package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.measure.Intervals.Interval;
import dev.tandem.orchestrator.timeline.Span;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What one device did, summed up window by window in the order of time. */
final class DeviceSums {
  private final String device;
  private final Map<Bubble.Cause, Long> bubbles = new EnumMap<>(Bubble.Cause.class);

  /** Idle since the last work: bubbles only if more work comes. */
  private final Map<Bubble.Cause, Long> since = new EnumMap<>(Bubble.Cause.class);

  private long firstNs = Long.MAX_VALUE;
  private long busyNs;
  private long transferNs;
  private long errorNs;
  private boolean began;

  DeviceSums(String device) {
    this.device = device;
  }

  /** A span of it: what can be told at once. */
  void add(Span s) {
    errorNs = Math.max(errorNs, s.errorNs());
    if (s.kind() == Span.Kind.RUN) {
      firstNs = Math.min(firstNs, s.startNs());
    }
  }

  /** Whether it computed at all. */
  boolean computed() {
    return firstNs < Long.MAX_VALUE;
  }

  /** Start of its first work, ns. */
  long firstNs() {
    return firstNs;
  }

  /** The next window. */
  void add(Window window) {
    Intervals busy = window.busy(device);
    busyNs += busy.lengthNs();
    transferNs += window.transfers(device).lengthNs();
    boolean works = !busy.list().isEmpty();
    if (!began && !works) {
      return;
    }
    long start = began ? window.from() : busy.list().getFirst().from();
    long lastWork = works ? busy.list().getLast().to() : Long.MIN_VALUE;
    began = true;
    Intervals idle = new Intervals(List.of(new Interval(start, window.to()))).minus(busy);
    Map<Bubble.Cause, Intervals> causes = window.causes(device, idle);
    if (works) {
      since.forEach((cause, ns) -> bubbles.merge(cause, ns, Long::sum));
      since.clear();
    }
    causes.forEach(
        (cause, times) ->
            times
                .list()
                .forEach(
                    i ->
                        (i.from() < lastWork ? bubbles : since)
                            .merge(cause, i.to() - i.from(), Long::sum)));
  }

  DeviceUse use() {
    return new DeviceUse(device, busyNs, transferNs, bubbles, errorNs);
  }
}
