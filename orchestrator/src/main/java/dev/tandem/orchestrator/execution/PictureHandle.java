package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.request.Request;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * A request that was submitted. Any thread.
 *
 * @param index of the picture within its run
 * @param request as the model fulfils it
 * @param result completes when the picture is handed out, has failed or was cancelled
 * @param canceller ends it
 */
public record PictureHandle(
    int index, Request request, CompletableFuture<Picture> result, BooleanSupplier canceller) {

  /**
   * Makes the request end soon, with a {@code CancellationException}; its devices are free for
   * others within one step.
   *
   * @return false if it was over
   */
  public boolean cancel() {
    return canceller.getAsBoolean();
  }
}
