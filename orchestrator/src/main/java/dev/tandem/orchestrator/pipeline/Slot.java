package dev.tandem.orchestrator.pipeline;

/**
 * A task on its way, as it lies in a ring: emptied on receipt, so that no task outlives its use.
 */
final class Slot<T> {
  T task;

  /** Number of the task in order of submission, from 0. */
  long number;

  /** Why the task skips the rest; null if it goes on. */
  Throwable failure;

  void set(T newTask, long newNumber, Throwable newFailure) {
    task = newTask;
    number = newNumber;
    failure = newFailure;
  }

  void moveTo(Slot<T> other) {
    other.set(task, number, failure);
    clear();
  }

  void clear() {
    set(null, -1, null);
  }
}
