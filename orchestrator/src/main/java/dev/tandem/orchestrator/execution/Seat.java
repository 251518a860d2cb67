package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A stage's place at a device. When the device can no longer do the stage's work, the seat moves to
 * another of the run, the one expected to be done first. One thread moves it, others may look.
 */
final class Seat {
  private final RunContext run;
  private final String stage;
  private final Set<String> left = new HashSet<>();
  private volatile FleetDevice device;

  Seat(RunContext run, String stage, FleetDevice device) {
    this.run = run;
    this.stage = stage;
    this.device = device;
  }

  FleetDevice device() {
    return device;
  }

  String stage() {
    return stage;
  }

  /** Moves away from a device that another seat has found to be of no use, if there is another. */
  void leaveIfSetAside(Work work, PictureTask task) {
    if (device.setAside()) {
      other(work, task).ifPresent(d -> device = d);
    }
  }

  /**
   * Moves away from the device because of a fault, and notes the incident.
   *
   * @return whether there is another device
   */
  boolean leave(DeviceFault fault, Work work, PictureTask task, int step) {
    FleetDevice old = device;
    left.add(old.id());
    Optional<FleetDevice> next = other(work, task);
    run.incidents()
        .add(
            new Incident(
                fault.kind(),
                stage,
                old.id(),
                task.index(),
                step,
                next.map(FleetDevice::id),
                fault.getMessage()));
    if (next.isEmpty()) {
      left.remove(old.id()); // the only device is tried again with the next picture
      return false;
    }
    if (fault.kind() != Incident.Kind.OUT_OF_MEMORY) {
      old.putAside();
    }
    device = next.get();
    return true;
  }

  private Optional<FleetDevice> other(Work work, PictureTask task) {
    return run.devices().stream()
        .filter(d -> d != device && !d.setAside() && !left.contains(d.id()))
        .min(Comparator.comparingLong(d -> finishNs(d, work, task)));
  }

  private long finishNs(FleetDevice d, Work work, PictureTask task) {
    return d.backlogNs(task.job()) + run.costs().ns(work, d.id(), task.job()).orElse(0);
  }
}
