package dev.tandem.orchestrator.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * No thread: who waits for something does all the work, event after event, always in the same
 * order; time moves from one event to the next. Whatever takes time says so with {@link #spend}.
 * One thread at a time.
 */
public final class VirtualTime implements Drive {
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          Comparator.comparingDouble((Event e) -> e.atNs).thenComparingLong(e -> e.number));
  private final List<VirtualQueue> queues = new ArrayList<>();
  private final Interference interference;
  private double nowNs;
  private double settledNs;
  private double anyNs;
  private double twoNs;
  private long asked;
  private double spent;

  /** How devices slow each other down. */
  @FunctionalInterface
  public interface Interference {
    /** None. */
    Interference NONE = (device, work, other, otherWork) -> 1;

    /**
     * How many times as long a device takes for a call while another one is at work, at least 1.
     */
    double slowdown(String device, Object work, String other, Object otherWork);
  }

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

  List<VirtualQueue> queues() {
    return queues;
  }

  Interference interference() {
    return interference;
  }

  /** Devices do not slow each other down. */
  public VirtualTime() {
    this(Interference.NONE);
  }

  public VirtualTime(Interference interference) {
    this.interference = interference;
  }

  @Override
  public long now() {
    return Math.round(nowNs);
  }

  /** Now, with fractions of a nanosecond. */
  public double exactNow() {
    return nowNs;
  }

  /** What is done takes so long, ns. */
  public void spend(double ns) {
    spent += ns;
  }

  /** What was spent since the last time. */
  double takeSpent() {
    double ns = spent;
    spent = 0;
    return ns;
  }

  /** Time with at least one device at work so far, ns. */
  public double anyNs() {
    return anyNs;
  }

  /** Time with two or more devices at work so far, ns. */
  public double twoNs() {
    return twoNs;
  }

  /** Time that a device was at work so far, ns. */
  public double busyNs(String device) {
    return queues.stream()
        .filter(q -> q.id().equals(device))
        .mapToDouble(VirtualQueue::busyNs)
        .sum();
  }

  /** Does something after a time, ns. */
  public void after(double delayNs, Runnable action) {
    schedule(delayNs, action);
  }

  /** As {@link #after}, to be called off. */
  Event schedule(double delayNs, Runnable action) {
    if (!(delayNs >= 0)) {
      throw new IllegalArgumentException("delay must be at least 0 ns, got " + delayNs);
    }
    Event e = new Event(nowNs + delayNs, asked++, action);
    events.add(e);
    return e;
  }

  @Override
  public CallQueue queue(String id, Runnable closeDevice) {
    VirtualQueue queue = new VirtualQueue(this, id, closeDevice, true);
    queues.add(queue);
    return queue;
  }

  /** It is no device: it slows none down, and its time is nobody's busy time. */
  @Override
  public CallQueue output(String name) {
    return new VirtualQueue(this, name, () -> {}, false);
  }

  /** Also moves the time on to the end of what was spent meanwhile. */
  @Override
  public boolean await(Object lock, BooleanSupplier condition) {
    nowNs += takeSpent();
    while (!condition.getAsBoolean()) {
      Event next = events.poll();
      if (next == null) {
        return false;
      }
      if (!next.off) {
        nowNs = Math.max(nowNs, next.atNs);
        next.action.run();
      }
    }
    return true;
  }

  /** Counts the time since a device started or ended last. */
  void settle() {
    long busy = queues.stream().filter(VirtualQueue::isAtWork).count();
    double ns = nowNs - settledNs;
    anyNs += busy >= 1 ? ns : 0;
    twoNs += busy >= 2 ? ns : 0;
    settledNs = nowNs;
  }

  /** A device started or ended: the ends of all others are computed anew. */
  void reschedule() {
    for (VirtualQueue q : queues) {
      q.reschedule();
    }
  }
}
