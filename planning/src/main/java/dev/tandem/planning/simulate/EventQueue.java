package dev.tandem.planning.simulate;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Simulated time: what is to happen, in order; at the same time in the order of asking. */
final class EventQueue {
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          Comparator.comparingDouble((Event e) -> e.atNs).thenComparingLong(e -> e.number));
  private double nowNs;
  private long asked;

  /** Something that will happen unless it is called off. */
  static final class Event {
    private final double atNs;
    private final long number;
    private final Runnable action;
    private boolean off;

    private Event(double atNs, long number, Runnable action) {
      this.atNs = atNs;
      this.number = number;
      this.action = action;
    }

    void callOff() {
      off = true;
    }
  }

  double nowNs() {
    return nowNs;
  }

  /** Runs {@code action} after a delay of at least 0 ns. */
  Event after(double delayNs, Runnable action) {
    if (!(delayNs >= 0)) {
      throw new IllegalArgumentException("delay must be at least 0 ns, got " + delayNs);
    }
    Event e = new Event(nowNs + delayNs, asked++, action);
    events.add(e);
    return e;
  }

  /** Runs until nothing is left to happen. */
  void run() {
    for (Event e = events.poll(); e != null; e = events.poll()) {
      if (!e.off) {
        nowNs = e.atNs;
        e.action.run();
      }
    }
  }
}
