package dev.tandem.devices.simulated;

/** How simulated work takes time. */
@FunctionalInterface
public interface SimulatedTime {
  /** Longer than anything: work that never ends. */
  long FOREVER = Long.MAX_VALUE / 4;

  /**
   * Lets time go by.
   *
   * @param ns of the simulated device's time
   */
  void spend(long ns);
}
