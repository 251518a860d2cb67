package dev.tandem.orchestrator.pipeline;

import dev.tandem.devices.simulated.VirtualClock;

/** What drives the stations of a pipeline. */
public sealed interface Threading {

  /** Now, ns. */
  long now();

  /** A thread for each station, in {@link System#nanoTime} time. */
  record Threads() implements Threading {
    @Override
    public long now() {
      return System.nanoTime();
    }
  }

  /**
   * No thread: the thread that submits and closes does all the work, step by step, always in the
   * same order; time is that of the clock.
   */
  record Threadless(VirtualClock clock) implements Threading {
    @Override
    public long now() {
      return clock.now();
    }
  }
}
