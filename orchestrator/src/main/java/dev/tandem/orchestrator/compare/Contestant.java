package dev.tandem.orchestrator.compare;

import dev.tandem.orchestrator.placement.Placement;
import java.util.OptionalDouble;

/**
 * Something to compare.
 *
 * @param name of the strategy
 * @param description one line for users
 * @param oneAtATime whether a picture begins only when the one before is finished
 * @param predicted pictures/s that were expected before anything ran, if something was
 */
public record Contestant(
    String name,
    String description,
    Placement placement,
    boolean oneAtATime,
    OptionalDouble predicted) {
  /** The name of the plain loop on one device, which all others are measured against. */
  public static final String SEQUENTIAL = "sequential";

  /** The plain loop on one device. */
  public static Contestant sequential(String device, OptionalDouble predicted) {
    return new Contestant(
        SEQUENTIAL,
        "one picture after the other on " + device,
        Placement.on(device),
        true,
        predicted);
  }
}
