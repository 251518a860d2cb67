package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.timeline.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

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

  /** The bubbles of a device in the order of time, from all spans of a run. */
  public static List<Bubble> of(Collection<Span> spans, String device) {
    Window all = new Window(List.copyOf(spans), Long.MIN_VALUE, Long.MAX_VALUE);
    List<Bubble> bubbles = new ArrayList<>();
    all.causes(device, all.busy(device).gaps())
        .forEach(
            (cause, times) ->
                times.list().forEach(i -> bubbles.add(new Bubble(i.from(), i.to(), cause))));
    bubbles.sort(Comparator.comparingLong(Bubble::startNs));
    return bubbles;
  }

  public long durationNs() {
    return endNs - startNs;
  }
}
