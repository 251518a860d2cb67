package dev.tandem.orchestrator.engine;

import java.util.List;

/** Work on a task that is done at one go: calls at one device or several at once, then a join. */
public interface Unit {

  /** The calls, which run at the same time where they are at different devices; at least one. */
  List<? extends Part> parts();

  /**
   * The host's part, when all calls have ended: on the thread of the device that ended last, before
   * its next call. An exception fails the task alone, an error ends the run.
   */
  void join() throws Exception;

  /** The join is over; quick, under the engine's lock. */
  default void joined() {}

  /** Tells listeners what is done; outside of the engine's lock. */
  default void tell() {}

  /** A call of a unit. */
  interface Part extends CallQueue.Body {
    /** Where it is to run now. */
    CallQueue queue();

    /** The unit is done; the device and the host worked so long for it, ns. Under the lock. */
    default void succeeded(long ns) {}

    /**
     * It failed; under the engine's lock.
     *
     * @return whether it is to be repeated, at {@link #queue}
     * @throws Exception why the task fails, if that is not the fault itself
     */
    default boolean failed(DeviceFault fault) throws Exception {
      return false;
    }
  }
}
