package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.engine.DeviceFault;
import dev.tandem.orchestrator.engine.Incident;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A stage's place at a device. When the device can no longer do the stage's work, the seat moves to
 * another of the run, the one expected to be done first. Moved under the engine's lock, others may
 * look.
 */
final class Seat {
  private final RunContext run;
  private final String stage;
  private final Set<String> left = new HashSet<>();
  private volatile Place place;

  Seat(RunContext run, String stage, Place place) {
    this.run = run;
    this.stage = stage;
    this.place = place;
  }

  Place place() {
    return place;
  }

  /** Moves away from a device that another seat has found to be of no use, if there is another. */
  void leaveIfOutOfService(Work work, PictureTask task) {
    if (run.outOfService(place)) {
      other(work, task).ifPresent(p -> place = p);
    }
  }

  /**
   * Moves away from the device because of a fault, and notes the incident.
   *
   * @return whether there is another device
   */
  boolean leave(DeviceFault fault, Place old, Work work, PictureTask task, int step) {
    left.add(old.id());
    if (!place.equals(old)) {
      return true; // it has moved already
    }
    Optional<Place> next = other(work, task);
    run.incidents()
        .add(
            new Incident(
                fault.kind(),
                stage,
                old.id(),
                task.index(),
                step,
                next.map(Place::id),
                fault.getMessage()));
    if (next.isEmpty()) {
      left.remove(old.id()); // the only device is tried again with the next picture
      return false;
    }
    if (fault.kind() != Incident.Kind.OUT_OF_MEMORY) {
      run.failed().add(old.id());
    }
    place = next.get();
    return true;
  }

  private Optional<Place> other(Work work, PictureTask task) {
    return run.places().stream()
        .filter(p -> !p.equals(place) && !run.outOfService(p) && !left.contains(p.id()))
        .min(Comparator.comparingLong(p -> finishNs(p, work, task)));
  }

  private long finishNs(Place p, Work work, PictureTask task) {
    return p.backlogNs(run.costs(), task.kind())
        + run.costs().ns(work, p.id(), task.kind()).orElse(0);
  }
}
