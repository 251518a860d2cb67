package dev.tandem.kernels.opencl;

import dev.tandem.devices.Clock;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The one place that decides whose clock times a device: its own, until a check finds a fault in
 * it; the host's from then on.
 */
final class ClClock {
  private final Supplier<Optional<String>> check;
  private Optional<Clock> decided = Optional.empty();

  /**
   * Decides at the first asking.
   *
   * @param check what is wrong with the device's own clock; empty if nothing is
   */
  ClClock(Supplier<Optional<String>> check) {
    this.check = check;
  }

  /** Whose clock times the next run. */
  Clock now() {
    if (decided.isEmpty()) {
      decided = Optional.of(check.get().map(Clock::notOwn).orElse(Clock.DEVICE));
    }
    return decided.get();
  }

  /** True if it is the device's own. */
  boolean own() {
    return now().by() == Clock.By.DEVICE;
  }

  /** A run showed that the device's own clock is not to be believed. */
  void distrust(String reason) {
    decided = Optional.of(Clock.notOwn(reason));
  }
}
