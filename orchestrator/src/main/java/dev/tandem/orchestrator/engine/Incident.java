package dev.tandem.orchestrator.engine;

import java.util.Locale;
import java.util.Optional;

/**
 * Something that went wrong at a device during a run.
 *
 * @param kind what
 * @param stage for which the device worked, for example {@code denoise}
 * @param device where it went wrong
 * @param picture index of the picture at work
 * @param step of the picture's denoising, from 0; 0 for other stages
 * @param movedTo the device that took over; empty if there was none and the picture failed
 * @param message what the device said
 */
public record Incident(
    Kind kind,
    String stage,
    String device,
    int picture,
    int step,
    Optional<String> movedTo,
    String message) {

  /** What went wrong. */
  public enum Kind {
    /** The device reported an error. It is not used again in this run if there is another. */
    FAILED,
    /** The device did not answer in time. It is not used again. */
    HUNG,
    /** The device lacked memory. It is not used again for this stage in this run. */
    OUT_OF_MEMORY
  }

  /** One line for people. */
  @Override
  public String toString() {
    String what =
        switch (kind) {
          case FAILED -> "failed";
          case HUNG -> "did not answer";
          case OUT_OF_MEMORY -> "ran out of memory";
        };
    return String.format(
        Locale.ROOT,
        "device '%s' %s in %s of picture %d, %s: %s",
        device,
        what,
        stage,
        picture,
        movedTo.map(d -> "its work moved to '" + d + "'").orElse("no other device was left"),
        message);
  }
}
