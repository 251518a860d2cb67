package dev.tandem.orchestrator.pipeline;

import dev.tandem.devices.simulated.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Runs workers without threads: always the same order of transitions, and when nobody can do
 * anything, the clock moves to the next time that somebody can.
 */
final class Invoker<T> {
  private enum State {
    IDLE,
    WORKING,
    BLOCKED
  }

  /** A worker with what it is doing. */
  private static final class Agent<T> {
    private final Worker<T> worker;
    private final Ring.Poller ring;
    private State state = State.IDLE;
    private boolean more;
    private long readyNs;

    private Agent(Worker<T> worker) {
      this.worker = worker;
      this.ring = worker.poller();
    }
  }

  private final VirtualClock clock;
  private final List<Agent<T>> agents = new ArrayList<>();
  private final Ring.Poller outlet;

  /**
   * An invoker of idle workers.
   *
   * @param workers the last stages first: they make room
   */
  Invoker(VirtualClock clock, List<Worker<T>> workers, Ring.Poller outlet) {
    this.clock = clock;
    this.outlet = outlet;
    workers.forEach(w -> agents.add(new Agent<>(w)));
  }

  /**
   * Works until the condition holds; it is asked again whenever something has changed.
   *
   * @throws IllegalStateException if it does not and nobody can do anything: a deadlock
   */
  void runUntil(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      if (!round()) {
        clock.advanceTo(
            agents.stream()
                .filter(a -> a.state == State.WORKING)
                .mapToLong(a -> a.readyNs)
                .min()
                .orElseThrow(this::deadlock));
      }
    }
  }

  private boolean round() {
    boolean progress = outlet.poll();
    for (Agent<T> a : agents) {
      progress |= advance(a);
    }
    return progress;
  }

  private boolean advance(Agent<T> a) {
    return switch (a.state) {
      case IDLE -> {
        boolean received = a.ring.poll();
        if (received) {
          a.more = true;
          working(a);
        }
        yield received;
      }
      case WORKING -> {
        boolean ready = a.readyNs <= clock.now();
        if (ready && a.more) {
          a.more = a.worker.step();
          working(a);
        } else if (ready) {
          a.worker.finish();
          a.state = State.BLOCKED;
        }
        yield ready;
      }
      case BLOCKED -> {
        boolean gone = a.worker.tryHandOver();
        if (gone) {
          a.state = State.IDLE;
        }
        yield gone;
      }
    };
  }

  /** What the worker has just started goes on until the end of the step. */
  private void working(Agent<T> a) {
    a.state = State.WORKING;
    a.readyNs = clock.takeStepEnd();
  }

  private IllegalStateException deadlock() {
    List<String> states = agents.stream().map(a -> a.worker.name() + " " + a.state).toList();
    return new IllegalStateException("deadlock at " + clock.now() + " ns: " + states);
  }
}
