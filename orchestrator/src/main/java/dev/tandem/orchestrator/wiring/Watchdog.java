package dev.tandem.orchestrator.wiring;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * How long a device may take for a call before it counts as hung.
 *
 * @param factor times the expected time
 * @param least at least this long, whatever was expected
 * @param unknown for calls that have no expected time yet, or compile something first
 */
public record Watchdog(double factor, Duration least, Duration unknown) {
  /** Forgiving: a machine under load may be many times slower than expected. */
  public static final Watchdog DEFAULT =
      new Watchdog(30, Duration.ofSeconds(30), Duration.ofMinutes(20));

  public Watchdog {
    if (!(factor >= 1) || least.isNegative() || unknown.isNegative()) {
      throw new IllegalArgumentException(
          "watchdog: factor "
              + factor
              + " must be at least 1, and "
              + least
              + " and "
              + unknown
              + " not negative");
    }
  }

  long limitNs(OptionalLong expectedNs) {
    return expectedNs.isPresent()
        ? Math.max(least.toNanos(), (long) (factor * expectedNs.getAsLong()))
        : unknown.toNanos();
  }
}
