package dev.tandem.orchestrator;

import dev.tandem.orchestrator.picture.Picture;

/**
 * Hears what happens while pictures are made. Ends of pictures come from one thread, one after the
 * other; steps and warnings come from several at once.
 */
public interface GenerationListener {
  /** Ignores everything. */
  GenerationListener NONE = new GenerationListener() {};

  /** A step of the sampler is done: {@code step} of {@code steps}, counted from 1. */
  default void onStep(int index, int step, int steps) {}

  /** A picture is finished. What this throws counts as the picture's failure. */
  default void onPicture(Picture picture) throws Exception {}

  /** A picture could not be made; the others go on. */
  default void onFailure(int index, Request request, Throwable cause) {}

  /** Something the user should know, for example that a prompt was cut off. */
  default void onWarning(String text) {}
}
