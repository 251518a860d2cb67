package dev.tandem.devices.simulated;

/**
 * A clock that only moves when it is told to, so that a run of hours takes milliseconds and is the
 * same each time. Simulated devices {@link #spend} time; whoever runs them takes what was spent,
 * says from when to when the device was busy, and moves the clock on. One thread at a time.
 */
public final class VirtualClock implements SimulatedTime {
  private long now;
  private long spent;
  private long stepEnd;

  /** Nanoseconds since the clock was made. */
  public long now() {
    return now;
  }

  @Override
  public void spend(long ns) {
    spent += ns;
  }

  /** The time spent since the last call. */
  public long takeSpent() {
    long ns = spent;
    spent = 0;
    return ns;
  }

  /** The step at work lasts at least until then. */
  public void occupyUntil(long ns) {
    stepEnd = Math.max(stepEnd, ns);
  }

  /** When the step at work ends, as far as is known: not before now. */
  public long stepEnd() {
    return Math.max(now, stepEnd);
  }

  /** When the step at work ended; the next one starts now. */
  public long takeStepEnd() {
    long end = stepEnd();
    stepEnd = 0;
    return end;
  }

  /**
   * Moves the clock.
   *
   * @throws IllegalArgumentException for a time that has passed
   */
  public void advanceTo(long ns) {
    if (ns < now) {
      throw new IllegalArgumentException("the clock is at " + now + " ns, cannot go to " + ns);
    }
    now = ns;
  }
}
