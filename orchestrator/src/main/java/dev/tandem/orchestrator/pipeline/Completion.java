package dev.tandem.orchestrator.pipeline;

/**
 * Hears of every task exactly once, on the outlet's thread.
 *
 * @param <T> the task
 */
public interface Completion<T> {
  /** All stages are done. What it throws counts as this task's failure. */
  void completed(T task) throws Exception;

  /**
   * A stage threw, or the pipeline was cancelled ({@link
   * java.util.concurrent.CancellationException}).
   */
  void failed(T task, Throwable cause);
}
