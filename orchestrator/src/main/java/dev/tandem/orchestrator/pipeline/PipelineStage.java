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

  /** Tells it from others of its name that may be at one device; 0 if there are none. */
  default int number() {
    return 0;
  }

  /**
   * Begins its part of a task. An exception that this or the visit throws fails the task alone; an
   * error ends the run.
   */
  Visit begin(T task) throws Exception;

  /** A task at a stage: the stage's work on it, in steps between which it can be cancelled. */
  @FunctionalInterface
  interface Visit {
    /**
     * Does the next step.
     *
     * @return whether there is more to do
     * @throws InterruptedException if the pipeline was cancelled meanwhile
     */
    boolean step() throws Exception;
  }
}
