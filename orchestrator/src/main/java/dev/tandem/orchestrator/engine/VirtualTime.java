package dev.tandem.orchestrator.engine;

import dev.tandem.orchestrator.timeline.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

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
  private static final class Event {
    private final double atNs;
    private final long number;
    private final Runnable action;
    private boolean off;

    private Event(double atNs, long number, Runnable action) {
      this.atNs = atNs;
      this.number = number;
      this.action = action;
    }
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

  private double takeSpent() {
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
    return queues.stream().filter(q -> q.id.equals(device)).mapToDouble(q -> q.busyNs).sum();
  }

  /** Does something after a time, ns. */
  public void after(double delayNs, Runnable action) {
    schedule(delayNs, action);
  }

  private Event schedule(double delayNs, Runnable action) {
    if (!(delayNs >= 0)) {
      throw new IllegalArgumentException("delay must be at least 0 ns, got " + delayNs);
    }
    Event e = new Event(nowNs + delayNs, asked++, action);
    events.add(e);
    return e;
  }

  @Override
  public CallQueue queue(String id, Runnable closeDevice) {
    VirtualQueue queue = new VirtualQueue(id, closeDevice, true);
    queues.add(queue);
    return queue;
  }

  /** It is no device: it slows none down, and its time is nobody's busy time. */
  @Override
  public CallQueue output(String name) {
    return new VirtualQueue(name, () -> {}, false);
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
  private void settle() {
    long busy = queues.stream().filter(q -> q.atWork.isPresent()).count();
    double ns = nowNs - settledNs;
    anyNs += busy >= 1 ? ns : 0;
    twoNs += busy >= 2 ? ns : 0;
    settledNs = nowNs;
  }

  /** A device started or ended: the ends of all others are computed anew. */
  private void reschedule() {
    for (VirtualQueue q : queues) {
      q.reschedule();
    }
  }

  /** A call at work. */
  private static final class Run {
    private final CallQueue.Body body;
    private final CallQueue.Ended ended;
    private final Optional<DeviceFault> fault;
    private final double spentNs;
    private final double startNs;
    private double leftNs;

    private Run(
        CallQueue.Body body,
        CallQueue.Ended ended,
        Optional<DeviceFault> fault,
        double spentNs,
        double startNs) {
      this.body = body;
      this.ended = ended;
      this.fault = fault;
      this.spentNs = spentNs;
      this.startNs = startNs;
      this.leftNs = spentNs;
    }
  }

  private record Waiting(CallQueue.Body body, CallQueue.Ended ended) {}

  /** A call is computed when its turn comes, and takes as long as was spent meanwhile. */
  private final class VirtualQueue implements CallQueue {
    private final String id;
    private final Runnable closeDevice;
    private final boolean device;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private Optional<Run> atWork = Optional.empty();
    private Optional<DeviceFault> dead = Optional.empty();
    private Event end;
    private boolean held;
    private int hosts;
    private double slowdown = 1;
    private double countedNs;
    private double busyNs;

    private VirtualQueue(String id, Runnable closeDevice, boolean device) {
      this.device = device;
      this.id = id;
      this.closeDevice = closeDevice;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public boolean dead() {
      return dead.isPresent();
    }

    @Override
    public void start(Body body, Ended ended) {
      waiting.add(new Waiting(body, ended));
      startNext();
    }

    private void startNext() {
      while (atWork.isEmpty() && !held && !waiting.isEmpty()) {
        Waiting next = waiting.poll();
        if (dead.isPresent()) {
          after(0, () -> next.ended.ended(this, dead, 0));
        } else {
          begin(next);
        }
      }
    }

    private void begin(Waiting call) {
      Optional<DeviceFault> fault = Optional.empty();
      double before = takeSpent();
      long limit = Long.MAX_VALUE;
      try {
        if (!call.body.dropped()) {
          limit = call.body.limitNs();
          call.body.run((executable, step) -> executable.run());
        }
      } catch (Throwable e) { // whatever a device throws is for whoever called it
        fault = Optional.of(DeviceFault.of(e));
      }
      double took = takeSpent();
      spend(before);
      if (took > limit) {
        took = limit;
        fault = Optional.of(DeviceFault.hung(id, limit));
        dead = fault;
      }
      settle();
      atWork = Optional.of(new Run(call.body, call.ended, fault, took, nowNs));
      slowdown = 1;
      countedNs = nowNs;
      changed();
    }

    /** The ends of all are computed anew, of an output its own alone. */
    private void changed() {
      if (device) {
        VirtualTime.this.reschedule();
      } else {
        reschedule();
      }
    }

    private void reschedule() {
      if (atWork.isEmpty()) {
        return;
      }
      if (end != null) {
        end.off = true;
      }
      Run run = atWork.get();
      run.leftNs = Math.max(0, run.leftNs - (nowNs - countedNs) / slowdown);
      countedNs = nowNs;
      slowdown = slowdown(run);
      end = schedule(run.leftNs * slowdown, () -> ended(run));
    }

    /** The slowdowns by each of the others, multiplied. */
    private double slowdown(Run run) {
      if (!device) {
        return 1;
      }
      double factor = 1;
      for (VirtualQueue other : queues) {
        if (other != this && other.atWork.isPresent()) {
          factor *=
              interference.slowdown(id, run.body.work(), other.id, other.atWork.get().body.work());
        }
      }
      return factor;
    }

    private void ended(Run run) {
      settle();
      double ns = nowNs - run.startNs;
      busyNs += ns;
      if (run.spentNs > 0 && device) {
        Label label = run.body.label();
        label
            .timeline()
            .add(
                new Span(
                    Span.Kind.RUN,
                    label.stage(),
                    id,
                    label.picture(),
                    label.step(),
                    Math.round(run.startNs),
                    now()));
      }
      atWork = Optional.empty();
      end = null;
      held = true; // until it is known what the host has to do
      changed();
      run.ended.ended(this, run.fault, Math.round(ns));
      held = hosts > 0;
      startNext();
    }

    @Override
    public void host(Runnable work, LongConsumer then) {
      double before = takeSpent();
      work.run();
      double took = takeSpent();
      spend(before);
      if (took == 0) {
        then.accept(0);
        return;
      }
      hosts++;
      after(
          took,
          () -> {
            hosts--;
            then.accept(Math.round(took));
            held = hosts > 0;
            startNext();
          });
    }

    @Override
    public void close() {
      closeDevice.run();
    }
  }
}
