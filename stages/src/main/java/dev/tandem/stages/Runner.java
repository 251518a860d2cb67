package dev.tandem.stages;

import dev.tandem.devices.Executable;

/**
 * How a stage runs an executable: the orchestrator takes the device for itself meanwhile and
 * records the time.
 */
@FunctionalInterface
public interface Runner {
  /** Runs at once on the calling thread. */
  Runner DIRECT = (executable, step) -> executable.run();

  /**
   * Runs the executable.
   *
   * @param step number of the run within the stage, from 0
   */
  void run(Executable executable, int step);
}
