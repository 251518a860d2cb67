package dev.tandem.orchestrator.engine;

import dev.tandem.orchestrator.timeline.Span;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * A queue in virtual time: a call is computed when its turn comes, and takes as long as was spent
 * meanwhile.
 */
final class VirtualQueue implements CallQueue {
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

  private final VirtualTime time;
  private final String id;
  private final Runnable closeDevice;
  private final boolean device;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private Optional<Run> atWork = Optional.empty();
  private Optional<DeviceFault> dead = Optional.empty();
  private VirtualTime.Event end;
  private boolean held;
  private int hosts;
  private double slowdown = 1;
  private double countedNs;
  private double busyNs;

  VirtualQueue(VirtualTime time, String id, Runnable closeDevice, boolean device) {
    this.time = time;
    this.device = device;
    this.id = id;
    this.closeDevice = closeDevice;
  }

  @Override
  public String id() {
    return id;
  }

  boolean isAtWork() {
    return atWork.isPresent();
  }

  /** Time that it was at work so far, ns. */
  double busyNs() {
    return busyNs;
  }

  @Override
  public boolean isHere() {
    return true; // there is one thread
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
        time.after(0, () -> next.ended.ended(this, dead, 0));
      } else {
        begin(next);
      }
    }
  }

  private void begin(Waiting call) {
    Optional<DeviceFault> fault = Optional.empty();
    double before = time.takeSpent();
    long limit = Long.MAX_VALUE;
    try {
      if (!call.body.dropped()) {
        limit = call.body.limitNs();
        call.body.run((executable, step) -> executable.run());
      }
    } catch (Throwable e) { // whatever a device throws is for whoever called it
      fault = Optional.of(DeviceFault.of(e));
    }
    double took = time.takeSpent();
    time.spend(before);
    if (took > limit) {
      took = limit;
      fault = Optional.of(DeviceFault.hung(id, limit));
      dead = fault;
    }
    time.settle();
    atWork = Optional.of(new Run(call.body, call.ended, fault, took, time.exactNow()));
    slowdown = 1;
    countedNs = time.exactNow();
    changed();
  }

  /** The ends of all are computed anew, of an output its own alone. */
  private void changed() {
    if (device) {
      time.reschedule();
    } else {
      reschedule();
    }
  }

  /** Computes the end of the call at work anew. */
  void reschedule() {
    if (atWork.isEmpty()) {
      return;
    }
    Run run = atWork.get();
    double now = slowdown(run);
    if (end != null) {
      if (now == slowdown) {
        return; // it ends when it was to end
      }
      end.callOff();
    }
    run.leftNs = Math.max(0, run.leftNs - (time.exactNow() - countedNs) / slowdown);
    countedNs = time.exactNow();
    slowdown = now;
    end = time.schedule(run.leftNs * slowdown, () -> ended(run));
  }

  /** The slowdowns by each of the others, multiplied. */
  private double slowdown(Run run) {
    if (!device) {
      return 1;
    }
    double factor = 1;
    for (VirtualQueue other : time.queues()) {
      if (other != this && other.atWork.isPresent()) {
        factor *=
            time.interference()
                .slowdown(id, run.body.work(), other.id, other.atWork.get().body.work());
      }
    }
    return factor;
  }

  private void ended(Run run) {
    time.settle();
    double ns = time.exactNow() - run.startNs;
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
                  time.now()));
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
    double before = time.takeSpent();
    work.run();
    double took = time.takeSpent();
    time.spend(before);
    if (took == 0) {
      then.accept(0);
      return;
    }
    hosts++;
    time.after(
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
