package dev.tandem.orchestrator.engine;

/**
 * Hears of every task exactly once, on the outlet's thread. What it throws ends the run, except
 * exceptions of {@link #completed}.
 *
 * @param <T> the task
 */
public interface Completion<T> {
  /**
   * All stages are done. An exception that it throws counts as this task's failure; an error ends
   * the run as well.
   */
  void completed(T task) throws Exception;

  /**
   * A stage threw, or the pipeline was cancelled ({@link
   * java.util.concurrent.CancellationException}).
   */
  void failed(T task, Throwable cause);

  /** Comes last, whatever became of the task: all its spans are recorded. */
  default void ended(T task) {}
}
