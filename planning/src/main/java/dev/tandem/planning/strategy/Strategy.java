package dev.tandem.planning.strategy;

import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.PlacementException;
import dev.tandem.orchestrator.placement.StageCosts;
import java.util.List;

/** A way to split a job over devices. */
public interface Strategy {
  /** As users write it, for example {@code guidance}. */
  String name();

  /** One line for users. */
  String description();

  /**
   * Places a job.
   *
   * @param devices that may be used, each once, at least one
   * @param costs what the job's work costs on these devices
   * @throws PlacementException if the strategy cannot be used for this job or these devices
   */
  Placement place(Job job, List<String> devices, StageCosts costs);

  /** Refuses fewer devices than the strategy splits over. */
  default void requireDevices(List<String> devices, int least) {
    if (devices.size() < least) {
      throw new PlacementException(
          "strategy '"
              + name()
              + "' needs "
              + least
              + " devices, got "
              + devices
              + "; name more, for example --devices cpu:a,threads=1;cpu:b,threads=1");
    }
  }
}
