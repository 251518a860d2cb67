package dev.tandem.orchestrator.request;

/**
 * A request that the model cannot fulfil; the message names the value and what to write instead.
 */
public final class RequestException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public RequestException(String message) {
    super(message);
  }
}
