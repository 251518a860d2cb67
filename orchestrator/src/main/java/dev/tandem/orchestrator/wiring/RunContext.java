package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.engine.Drive;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.Timeline;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the stations of one run share.
 *
 * @param places all devices that the placement names: a seat may move to any of them
 */
public record RunContext(
    List<Place> places,
    LiveCosts costs,
    Watchdog watchdog,
    Timeline timeline,
    Drive drive,
    Incidents incidents,
    Set<String> failed) {

  /** A run on some devices, none of which has failed yet. */
  public RunContext(
      List<Place> places, LiveCosts costs, Watchdog watchdog, Timeline timeline, Drive drive) {
    this(
        List.copyOf(places),
        costs,
        watchdog,
        timeline,
        drive,
        new Incidents(),
        ConcurrentHashMap.newKeySet());
  }

  Place place(String device) {
    return places.stream()
        .filter(p -> p.id().equals(device))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no device '" + device + "' in this run"));
  }

  /** Whether a device failed in this run or answers no more. */
  boolean outOfService(Place p) {
    return failed.contains(p.id()) || p.queue().dead();
  }

  void span(Span.Kind kind, PlacedStage<?> at, int picture, int step, long from, long to) {
    if (!timeline.stages()) {
      return;
    }
    timeline.add(
        new Span(kind, at.name(), at.device(), picture, step, at.number(), from, to, "", 0));
  }
}
