package dev.tandem.orchestrator.engine;

/** Something on its way through the stages. The engine's part of it; what it carries is added. */
public abstract class Task {
  private final int index;
  private final int priority;

  /** In order of submission, from 0; set by the engine. */
  long number = -1;

  /** Where it is, for the engine alone. */
  State state = State.NEW;

  /** Why it ends before its time. */
  Throwable failure;

  enum State {
    NEW,
    PENDING,
    INSIDE,
    LEAVING,
    ENDED
  }

  /**
   * A task.
   *
   * @param index that spans carry
   * @param priority tasks of a higher one enter first, of equal ones the first that came
   */
  protected Task(int index, int priority) {
    this.index = index;
    this.priority = priority;
  }

  public final int index() {
    return index;
  }

  final int priority() {
    return priority;
  }
}
