package dev.tandem.devices.tuning;

/** Hears how a search comes along. */
public interface TuningListener {
  /**
   * Some of it is done.
   *
   * @param done of {@code total} operations or combinations
   * @param label what is at work
   * @param fraction of all the work or time, 0 to 1
   */
  void onProgress(int done, int total, String label, double fraction);

  /** A combination was tried. */
  default void onTrial(Trial trial) {}

  /** An operation's search is over, and its winner stored. */
  default void onTuned(TunedOperation operation) {}
}
