package dev.tandem.devices.simulated;

import java.util.concurrent.locks.LockSupport;

/**
 * Sleeps: for demonstrations. An interrupt ends the sleep at once.
 *
 * @param speed how many simulated seconds go by in a second; 1 is real time
 */
public record ScaledTime(double speed) implements SimulatedTime {
  public ScaledTime {
    if (!(speed > 0 && speed < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("speed is " + speed + ": it must be a positive number");
    }
  }

  @Override
  public void spend(long ns) {
    long end = System.nanoTime() + (long) (ns / speed);
    for (long left = end - System.nanoTime();
        left > 0 && !Thread.currentThread().isInterrupted();
        left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
