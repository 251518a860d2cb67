package dev.tandem.orchestrator.pipeline;

/**
 * One step on the way of a task; called by one thread at a time.
 *
 * @param <T> the task, which carries its intermediate results
 */
public interface PipelineStage<T> {
  /** What it does, for example {@code denoise}. */
  String name();

  /** Where it does it, as {@code Devices.open} takes it. */
  String device();

  /**
   * Does its part of the task. What it throws fails this task alone.
   *
   * @throws InterruptedException if the pipeline was cancelled meanwhile
   */
  void process(T task) throws Exception;
}
