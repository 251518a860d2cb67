package dev.tandem.orchestrator.engine;

import java.util.Optional;

/**
 * What a station does with a task: units of work, one after the other. Methods are called under the
 * engine's lock if not said otherwise, so they must be quick; what takes time belongs into a unit.
 *
 * @param <T> the task
 */
public interface Stage<T extends Task> {
  /** What it does, for example {@code denoise}. */
  String name();

  /** Where it does it, as {@code Devices.open} takes it. */
  String device();

  /** Tells it from others of its name that may be at one device; 0 if there are none. */
  default int number() {
    return 0;
  }

  /** A task was given to the station; it may have to wait there. */
  default void accepted(T task) {}

  /** A task's turn has come; outside of the engine's lock. */
  default void begun(T task) {}

  /**
   * The next unit of work on a task; empty when the stage is through with it. An exception fails
   * the task alone, an error ends the run.
   */
  Optional<Unit> next(T task) throws Exception;

  /** The stage is through with the task, whatever came of it. */
  default void left(T task) {}
}
