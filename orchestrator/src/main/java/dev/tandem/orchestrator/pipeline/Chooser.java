package dev.tandem.orchestrator.pipeline;

import java.util.function.IntPredicate;

/**
 * Chooses where a task goes on. Never called by two threads at once for the same junction.
 *
 * @param <T> the task
 */
@FunctionalInterface
public interface Chooser<T> {
  /** Until something changes, or some time has gone by. */
  int WAIT = -1;

  /**
   * The number of the station that takes the task now, or {@link #WAIT}.
   *
   * @param hasRoom whether a station can take a task; one that is chosen must
   */
  int choose(T task, int stations, IntPredicate hasRoom);

  /** The first that has room. */
  static <T> Chooser<T> firstWithRoom() {
    return (task, stations, hasRoom) -> {
      for (int i = 0; i < stations; i++) {
        if (hasRoom.test(i)) {
          return i;
        }
      }
      return WAIT;
    };
  }
}
