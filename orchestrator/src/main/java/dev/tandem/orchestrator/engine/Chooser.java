package dev.tandem.orchestrator.engine;

import java.util.function.IntPredicate;

/**
 * Chooses where a task goes on; under the engine's lock.
 *
 * @param <T> the task
 */
@FunctionalInterface
public interface Chooser<T> {
  /** Until something changes. */
  int WAIT = -1;

  /**
   * The number of the station that takes the task now, or {@link #WAIT}.
   *
   * @param hasRoom whether a station can take a task; one that is chosen must
   */
  int choose(T task, IntPredicate hasRoom);
}
