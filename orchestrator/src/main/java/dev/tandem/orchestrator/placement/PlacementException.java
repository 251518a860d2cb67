package dev.tandem.orchestrator.placement;

/** A placement that cannot be; the message names the field, its value and what is allowed. */
public final class PlacementException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public PlacementException(String message) {
    super(message);
  }
}
