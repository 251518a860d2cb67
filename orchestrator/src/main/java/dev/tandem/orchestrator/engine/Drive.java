package dev.tandem.orchestrator.engine;

import java.util.function.BooleanSupplier;

/** What drives engines: threads in real time, or an event queue in virtual time. */
public sealed interface Drive permits Threads, VirtualTime {

  /** Now, ns. */
  long now();

  /**
   * The queue of a device that was just opened.
   *
   * @param closeDevice run at the end, where the calls ran
   */
  CallQueue queue(String id, Runnable closeDevice);

  /** A queue of the host's own, for handing out what is finished. */
  CallQueue output(String name);

  /**
   * Waits for a condition that events bring about. The caller holds the lock; who changes something
   * notifies all that wait for it.
   *
   * @return false if it can no longer come about
   */
  boolean await(Object lock, BooleanSupplier condition) throws InterruptedException;

  /** Waits likewise, even when interrupted; the caller sees the interrupt afterwards. */
  default boolean awaitUninterruptibly(Object lock, BooleanSupplier condition) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return await(lock, condition);
        } catch (InterruptedException e) {
          interrupted = true; // passed on below
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
