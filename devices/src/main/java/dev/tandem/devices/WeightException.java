package dev.tandem.devices;

/** A weight that is missing or does not fit the graph; the message names it. */
public final class WeightException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public WeightException(String message) {
    super(message);
  }
}
