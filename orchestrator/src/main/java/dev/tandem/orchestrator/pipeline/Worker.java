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
    Ring.Consumer c = ring.consumer("tandem-" + name(), run::broken);
    consumer = Optional.of(c);
    c.start();
  }

  Ring.Poller poller() {
    return ring.poller();
  }

  void stop() {
    consumer.ifPresent(Ring.Consumer::stop);
  }

  /** Whether it has a thread that has ended. */
  boolean dead() {
    return consumer.filter(Ring.Consumer::ended).isPresent();
  }

  private void take(Slot<T> slot) {
    slot.moveTo(current);
    if (consumer.isEmpty()) {
      begin();
      return;
    }
    try {
      begin();
      while (step()) {
        // until the stage is done
      }
      finish();
      handOver();
    } catch (Throwable e) { // not the stage's own work, that is guarded
      run.broken(e);
      if (current.task != null) {
        current.failure = e;
        exit();
      }
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

  /** What a stage throws fails the task; an error ends the run. */
  private boolean guarded(PipelineStage.Visit step) {
    setInterruptible(true);
    try {
      if (run.cancelled()) {
        throw new CancellationException("cancelled");
      }
      return step.step();
    } catch (Throwable e) {
      current.failure = e;
      if (e instanceof Error) {
        run.broken(e);
      }
      return false;
    } finally {
      setInterruptible(false);
    }
  }

  private void handOver() {
    if (goesOn()) {
      try {
        goOn(next.get().awaitUninterruptibly(current.task));
        return;
      } catch (CancellationException e) {
        current.failure = e;
      }
    }
    exit();
  }

  /** Hands the task on if it can go on now. */
  boolean tryHandOver() {
    if (!goesOn()) {
      exit();
      return true;
    }
    int station = next.get().tryAwait(current.task);
    if (station != Chooser.WAIT) {
      goOn(station);
    }
    return station != Chooser.WAIT;
  }

  private boolean goesOn() {
    return current.failure == null && next.isPresent();
  }

  /** The span comes first: once the task is gone, the next stage may end it. */
  private void goOn(int station) {
    run.span(Span.Kind.BLOCKED, stage, current.task, doneNs, run.now());
    next.get().put(station, current.task, current.number);
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
