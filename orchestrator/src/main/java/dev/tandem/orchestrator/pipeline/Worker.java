package dev.tandem.orchestrator.pipeline;

import dev.tandem.orchestrator.timeline.Span;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * A station at work: takes a task from its ring, does the stage's steps, hands it on. Written as
 * small transitions so that a thread can run them to the end, or {@link Invoker} one at a time.
 */
final class Worker<T> {
  private final Run<T> run;
  private final PipelineStage<T> stage;
  private final Ring<T> ring;
  private final Entrance<T> own;
  private final int ownNumber;
  private final Optional<Entrance<T>> next;
  private final Ring<T> outlet;
  private Optional<Ring.Consumer> consumer = Optional.empty();

  private final Slot<T> current = new Slot<>();
  private PipelineStage.Visit visit = () -> false;
  private long startNs;
  private long doneNs;
  private long idleSinceNs;
  private boolean interruptible;

  /**
   * A worker that waits for its first task.
   *
   * @param own the entrance before it, where it is number {@code ownNumber}
   * @param next where tasks go on; empty for the outlet
   * @param outlet where failed tasks go at once
   */
  Worker(
      Run<T> run,
      Station<T> station,
      Entrance<T> own,
      int ownNumber,
      Optional<Entrance<T>> next,
      Ring<T> outlet) {
    this.run = run;
    this.stage = station.stage();
    this.own = own;
    this.ownNumber = ownNumber;
    this.next = next;
    this.outlet = outlet;
    this.ring = new Ring<>(station.holds(), this::take);
    own.add(ring);
    idleSinceNs = run.now();
  }

  String name() {
    return stage.name() + "@" + stage.device();
  }

  /** Starts a thread that does everything. */
  void start() {
    Ring.Consumer c = ring.consumer("tandem-" + name());
    consumer = Optional.of(c);
    c.start();
  }

  Ring.Poller poller() {
    return ring.poller();
  }

  void stop() {
    consumer.ifPresent(Ring.Consumer::stop);
  }

  private void take(Slot<T> slot) {
    slot.moveTo(current);
    begin();
    if (consumer.isPresent()) {
      while (step()) {
        // until the stage is done
      }
      finish();
      handOver();
    }
  }

  private void begin() {
    startNs = run.now();
    run.span(Span.Kind.WAIT, stage, current.task, idleSinceNs, startNs);
    guarded(
        () -> {
          visit = stage.begin(current.task);
          return true;
        });
  }

  /** Does a step of the stage; whether there is more to do. */
  boolean step() {
    return current.failure == null && guarded(visit);
  }

  /** The last step is over. */
  void finish() {
    doneNs = run.now();
    visit = () -> false;
    run.span(Span.Kind.STAGE, stage, current.task, startNs, doneNs);
  }

  /** What a stage throws fails the task alone, whatever it is. */
  private boolean guarded(PipelineStage.Visit step) {
    setInterruptible(true);
    try {
      if (run.cancelled()) {
        throw new CancellationException("cancelled");
      }
      return step.step();
    } catch (Throwable e) {
      current.failure = e;
      return false;
    } finally {
      setInterruptible(false);
    }
  }

  private void handOver() {
    if (goesOn()) {
      next.get().enterUninterruptibly(current.task, current.number);
      wentOn();
    } else {
      exit();
    }
  }

  /** Hands the task on if it can go on now. */
  boolean tryHandOver() {
    boolean gone = true;
    if (!goesOn()) {
      exit();
    } else if (next.get().tryEnter(current.task, current.number)) {
      wentOn();
    } else {
      gone = false;
    }
    return gone;
  }

  private boolean goesOn() {
    return current.failure == null && next.isPresent();
  }

  private void wentOn() {
    run.span(Span.Kind.BLOCKED, stage, current.task, doneNs, run.now());
    leave();
  }

  /** To the outlet, which always has room. */
  private void exit() {
    outlet.put(current.task, current.number, current.failure);
    leave();
  }

  private void leave() {
    idleSinceNs = run.now();
    current.clear();
    own.leave(ownNumber);
  }

  /** Leaves no interrupt behind: one that reached the ring would count as a failed event. */
  private synchronized void setInterruptible(boolean now) {
    interruptible = now;
    Thread.interrupted();
  }

  /** Interrupts the stage at work. */
  synchronized void interrupt() {
    if (interruptible) {
      consumer.ifPresent(Ring.Consumer::interrupt);
    }
  }
}
