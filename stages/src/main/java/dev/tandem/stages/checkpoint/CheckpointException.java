package dev.tandem.stages.checkpoint;

/**
 * A model file that is missing, damaged or of a kind that is not supported. The message names the
 * file, what is wrong with it and what to do.
 */
public final class CheckpointException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public CheckpointException(String message) {
    super(message);
  }

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
