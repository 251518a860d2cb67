package dev.tandem.orchestrator.engine;

import dev.tandem.orchestrator.timeline.Timeline;
import dev.tandem.stages.Runner;
import java.util.Optional;
import java.util.function.LongConsumer;

/** The calls to one device: one at a time, first come first served. */
public interface CallQueue extends AutoCloseable {

  /** What a call is for, as spans have it. */
  record Label(Timeline timeline, String stage, int picture, int step) {}

  /** What a call does. */
  interface Body {
    /** What it is for. */
    Label label();

    /** What kind of work it is, for those who know what kinds cost. */
    default Object work() {
      return "";
    }

    /** How long it may take, asked on the device's thread when it begins, ns. */
    long limitNs();

    /** Whether nobody waits for it any more: it is not begun. */
    default boolean dropped() {
      return false;
    }

    /**
     * Works at the device, on its thread.
     *
     * @param runner how to run executables
     */
    void run(Runner runner) throws Exception;
  }

  /** Hears of the end of a call, exactly once. */
  @FunctionalInterface
  interface Ended {
    /**
     * A call is over.
     *
     * @param runNs how long the device ran executables for it, without compiling
     */
    void ended(CallQueue queue, Optional<DeviceFault> fault, long runNs);
  }

  /** The device, as {@code Devices.open} takes it. */
  String id();

  /** Puts a call at the end of the queue; does not wait. */
  void start(Body body, Ended ended);

  /**
   * The host's part of a call that has just ended, in {@link Ended#ended}: done before the next
   * call.
   *
   * @param then comes after it, told how long it took, ns
   */
  void host(Runnable work, LongConsumer then);

  /**
   * Whether the caller is what runs its calls: who waits here for a call would wait for himself.
   */
  boolean isHere();

  /** Whether it answers no more. */
  boolean dead();

  /** Closes the device after the call at work; a dead device is left alone. */
  @Override
  void close();
}
