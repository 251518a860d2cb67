package dev.tandem.kernels.opencl;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Whether the times that a device tells can be believed: drivers are known that tell 0, the same
 * time always, another unit, or a time at which nothing ran. The host knows before which time a
 * command cannot have begun and after which it cannot have ended.
 */
final class ClockCheck {
  /** Rounding of both clocks, ns. */
  private static final long SLACK_NS = TimeUnit.MICROSECONDS.toNanos(10);

  /** Clocks of one rate drift apart by less: corrections by NTP are at most half of this. */
  private static final double DRIFT = 1e-3;

  /** A command that the host saw take long takes at least this share of that time. */
  private static final double LEAST_SHARE = 0.02;

  /** What a run takes at least before it is suspicious that it took no time at all, ns. */
  private static final long LONG_RUN_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private ClockCheck() {}

  /**
   * One command in both clocks, ns: the first and the last time are the host's, the others the
   * device's.
   */
  record Sample(long before, long queued, long submitted, long start, long end, long after) {
    private long deviceNs() {
      return end - start;
    }

    private long hostNs() {
      return after - before;
    }
  }

  /**
   * What is wrong with the times of commands that took a while; empty if nothing is.
   *
   * @param samples in the order in which they ran, each after the end of the one before
   */
  static Optional<String> fault(List<Sample> samples) {
    for (Sample s : samples) {
      Optional<String> own = fault(s);
      if (own.isPresent()) {
        return own;
      }
    }
    double share =
        samples.stream().mapToDouble(s -> (double) s.deviceNs() / s.hostNs()).max().orElse(0);
    if (share < LEAST_SHARE) {
      Sample s = samples.getLast();
      return Optional.of(
          "commands that took the host " + micros(s.hostNs()) + " took it " + micros(s.deviceNs()));
    }
    // One offset must put every command between the host's two times.
    long least = Long.MIN_VALUE;
    long most = Long.MAX_VALUE;
    long zero = samples.getFirst().before() - samples.getFirst().start();
    for (Sample s : samples) {
      least = Math.max(least, s.before() - s.start() - zero);
      most = Math.min(most, s.after() - s.end() - zero);
    }
    long lasted = samples.getLast().after() - samples.getFirst().before();
    return least > most + SLACK_NS + DRIFT * lasted
        ? Optional.of("it runs " + micros(least - most) + " away from the host's clock")
        : Optional.empty();
  }

  private static Optional<String> fault(Sample s) {
    if (s.start() == 0 || s.end() == 0) {
      return Optional.of("it tells 0 for when a command began or ended");
    }
    if (s.submitted() - s.queued() < 0 || s.start() - s.submitted() < 0 || s.deviceNs() < 0) {
      return Optional.of("a command was queued, submitted, begun and ended in another order");
    }
    return s.deviceNs() > s.hostNs() + SLACK_NS
        ? Optional.of(
            "a command took it "
                + micros(s.deviceNs())
                + " while the host waited "
                + micros(s.hostNs()))
        : Optional.empty();
  }

  /**
   * What is wrong with the times of a whole run; empty if nothing is.
   *
   * @param beforeNs when the host began to enqueue it
   * @param startNs when its first command began, in the host's time
   * @param endNs when its last one ended, in the host's time
   * @param afterNs when the host had seen its end
   * @param errorNs how far off start and end may be
   */
  static Optional<String> faultOfRun(
      long beforeNs, long startNs, long endNs, long afterNs, long errorNs) {
    long slack = errorNs + SLACK_NS;
    if (endNs < startNs) {
      return Optional.of("a run ended " + micros(startNs - endNs) + " before it began");
    }
    if (startNs < beforeNs - slack || endNs > afterNs + slack) {
      return Optional.of("a run lay outside the host's call of " + micros(afterNs - beforeNs));
    }
    return endNs == startNs && afterNs - beforeNs > LONG_RUN_NS
        ? Optional.of("a run that took the host " + micros(afterNs - beforeNs) + " took it 0 us")
        : Optional.empty();
  }

  private static String micros(long ns) {
    return Math.round(ns / 1e3) + " us";
  }
}
