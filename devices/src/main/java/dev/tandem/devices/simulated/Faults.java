package dev.tandem.devices.simulated;

/** What goes wrong on a device, for tests of what happens then. */
@FunctionalInterface
public interface Faults {
  /** Nothing goes wrong. */
  Faults NONE = run -> Kind.NONE;

  /** What can go wrong in a run. */
  enum Kind {
    NONE,
    /** The run throws. */
    FAIL,
    /** The run does not end. */
    HANG,
    /** The run throws for want of memory. */
    OUT_OF_MEMORY
  }

  /**
   * What goes wrong in a run.
   *
   * @param run number of the run on its device, from 0
   */
  Kind in(int run);

  /** One run goes wrong, and all after it. */
  static Faults from(int first, Kind kind) {
    return run -> run >= first ? kind : Kind.NONE;
  }

  /** One run goes wrong. */
  static Faults at(int which, Kind kind) {
    return run -> run == which ? kind : Kind.NONE;
  }
}
