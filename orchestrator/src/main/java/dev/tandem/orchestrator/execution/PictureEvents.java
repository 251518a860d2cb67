package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.picture.Picture;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Hears what becomes of one picture, in this order: accepted, stages and steps, then done or
 * failed, exactly once. Methods are called by several threads, one at a time except {@link #done}
 * and {@link #failed}, which come last, from another. What a method throws ends the run, except
 * exceptions of {@link #done}: those are the picture's failure.
 */
public interface PictureEvents {
  /** Ignores everything. */
  PictureEvents NONE = new PictureEvents() {};

  /** The request is possible and waits for its turn; must not wait for others who submit. */
  default void accepted() {}

  /** A stage has begun with it at a device. */
  default void stage(String stage, String device) {}

  /**
   * A step is done.
   *
   * @param step counted from 1
   * @param preview the latents as they stand, {@code [height, width, channels]}: a copy for who
   *     asks
   */
  default void step(int step, int steps, Supplier<Optional<float[]>> preview) {}

  /** It is finished. */
  default void done(Picture picture) throws Exception {}

  /** It could not be made, or was cancelled ({@code CancellationException}). */
  default void failed(Throwable cause) {}
}
