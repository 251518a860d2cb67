package dev.tandem.stages.layers;

/** A model config that cannot be honoured; the message names the part, the key and its value. */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }
}
