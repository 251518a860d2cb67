package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.GenerationListener;
import dev.tandem.orchestrator.pipeline.Threading;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.Timeline;
import java.util.List;

/**
 * What the stations of one run share.
 *
 * @param devices all that the placement names: a seat may move to any of them
 */
record RunContext(
    List<FleetDevice> devices,
    LiveCosts costs,
    Watchdog watchdog,
    Timeline timeline,
    Threading threading,
    GenerationListener listener,
    Incidents incidents) {

  static RunContext of(
      Fleet fleet,
      List<String> devices,
      Watchdog watchdog,
      Timeline timeline,
      GenerationListener listener) {
    return new RunContext(
        fleet.begin(devices),
        fleet.costs(),
        watchdog,
        timeline,
        fleet.threading(),
        listener,
        new Incidents());
  }

  FleetDevice device(String id) {
    return devices.stream().filter(d -> d.id().equals(id)).findFirst().orElseThrow();
  }

  /** Now, or when what the step at work has done so far will be over. */
  long stepNow() {
    return switch (threading) {
      case Threading.Threads t -> t.now();
      case Threading.Threadless t -> t.clock().stepEnd();
    };
  }

  void span(Span.Kind kind, PlacedStation at, int picture, int step, long from) {
    timeline.add(
        new Span(kind, at.name(), at.device(), picture, step, at.number(), from, stepNow(), "", 0));
  }
}
