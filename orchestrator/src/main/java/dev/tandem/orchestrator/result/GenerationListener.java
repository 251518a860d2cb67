package dev.tandem.orchestrator.result;

import dev.tandem.orchestrator.memory.MemoryPlans;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.timeline.Span;

/**
 * Hears what happens while pictures are made. Ends of pictures come from one thread, one after the
 * other; steps, spans and warnings come from several at once. What a method throws ends the run,
 * except exceptions of {@link #onPicture}.
 */
public interface GenerationListener {
  /** Ignores everything. */
  GenerationListener NONE = new GenerationListener() {};

  /** A step of the sampler is done: {@code step} of {@code steps}, counted from 1. */
  default void onStep(int index, int step, int steps) {}

  /** A picture is finished. An exception that this throws counts as the picture's failure. */
  default void onPicture(Picture picture) throws Exception {}

  /**
   * A picture could not be made; the others go on. After a cancel, with a {@link
   * java.util.concurrent.CancellationException}, and only for pictures that were begun.
   */
  default void onFailure(int index, Request request, Throwable cause) {}

  /** Something took time. Nothing keeps it: a run may have any number of them. */
  default void onSpan(Span span) {}

  /**
   * Before anything runs: in which form devices compute pictures of one kind, with the numbers.
   * Only where a limit was given or memory is short.
   */
  default void onMemoryPlan(MemoryPlans plans) {}

  /** Something the user should know, for example that a prompt was cut off. */
  default void onWarning(String text) {}
}
