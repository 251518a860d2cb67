package dev.tandem.orchestrator.placement;

import java.util.Locale;

/** In which order finished pictures come out. */
public enum Order {
  /** As they were asked for; a picture that is finished early waits for those before it. */
  PROMPT,
  /** As they are finished. */
  FINISHED;

  /** As users write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The order that a user wrote.
   *
   * @throws PlacementException for anything but {@code prompt} and {@code finished}
   */
  public static Order of(String text) {
    for (Order o : values()) {
      if (o.toString().equals(text)) {
        return o;
      }
    }
    throw new PlacementException("order is '" + text + "': it must be 'prompt' or 'finished'");
  }
}
