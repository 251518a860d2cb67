package dev.tandem.orchestrator.engine;

import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.stages.Runner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * A stage in its place: works on one task after the other. All under the engine's lock, except a
 * unit's join.
 */
public final class Station<T extends Task> {
  private final Stage<T> stage;
  private final int holds;
  private final Optional<Junction<T>> next;
  private final Deque<T> waiting = new ArrayDeque<>();
  private int held;
  private int mostHeld;
  private Optional<Visit> visit = Optional.empty();
  private long idleSinceNs = Long.MIN_VALUE;

  /**
   * A station.
   *
   * @param holds tasks it may hold, the one at work and those waiting: at least 1
   * @param next where its tasks go on; empty if it is the last
   */
  public Station(Stage<T> stage, int holds, Optional<Junction<T>> next) {
    if (holds < 1) {
      throw new IllegalArgumentException(
          "stage '" + stage.name() + "' may hold " + holds + " tasks: it must be at least 1");
    }
    this.stage = stage;
    this.holds = holds;
    this.next = next;
  }

  public Stage<T> stage() {
    return stage;
  }

  int holds() {
    return holds;
  }

  public Optional<Junction<T>> next() {
    return next;
  }

  boolean hasRoom() {
    return held < holds;
  }

  /** The most tasks it held at one time. */
  public int mostHeld() {
    return mostHeld;
  }

  /** What it does now, for people. */
  @Override
  public String toString() {
    return stage.name()
        + "@"
        + stage.device()
        + visit.map(v -> " " + v.phase + " task " + v.task.number).orElse(" idle");
  }

  /** What a task goes through here. */
  private enum Phase {
    /** Calls of a unit are at devices. */
    WORKING,
    /** Through, and the next stage has no room. */
    BLOCKED,
    /** Given up, but a device is still at work for it. */
    GIVEN_UP
  }

  /** A task at work. */
  private final class Visit {
    private final T task;
    private final long startNs;
    private volatile Phase phase = Phase.WORKING;
    private Optional<Unit> unit = Optional.empty();
    private int callsLeft;
    private boolean joining;
    private List<Long> runNs = List.of();
    private long doneNs;

    private Visit(T task, long startNs) {
      this.task = task;
      this.startNs = startNs;
    }
  }

  void begin(Engine<T> engine) {
    if (idleSinceNs == Long.MIN_VALUE) {
      idleSinceNs = engine.now();
    }
  }

  /** Takes a task; there must be room. */
  void accept(T task, Engine<T> engine) {
    held++;
    mostHeld = Math.max(mostHeld, held);
    waiting.add(task);
    stage.accepted(task);
    work(engine);
  }

  /** Begins with the next task if it is free. */
  private void work(Engine<T> engine) {
    if (visit.isEmpty() && !waiting.isEmpty()) {
      T task = waiting.poll();
      Visit v = new Visit(task, engine.now());
      visit = Optional.of(v);
      engine.span(Span.Kind.WAIT, stage, task, idleSinceNs, v.startNs);
      engine.later(() -> stage.begun(task));
      goOn(v, engine);
    }
  }

  /** Starts the next unit, or hands the task on. */
  private void goOn(Visit v, Engine<T> engine) {
    int started = 0;
    try {
      v.unit = stage.next(v.task);
      if (v.unit.isEmpty()) {
        through(v, engine);
        return;
      }
      int parts = v.unit.get().parts().size();
      v.callsLeft = parts;
      v.runNs = new ArrayList<>(Collections.nCopies(parts, 0L));
      while (started < parts) {
        start(v, started, engine);
        started++;
      }
    } catch (Throwable e) { // of the task, unless it is an error
      v.callsLeft = started;
      fail(v, e, engine);
    }
  }

  private void start(Visit v, int index, Engine<T> engine) {
    Unit.Part part = v.unit.orElseThrow().parts().get(index);
    part.queue()
        .start(
            new Dropping(part, () -> v.phase == Phase.GIVEN_UP),
            (queue, fault, ns) -> {
              boolean[] last = {false};
              engine.event(() -> last[0] = ended(v, index, fault, ns, engine));
              if (last[0]) {
                join(v, queue, engine);
              }
            });
  }

  /** A call that is not begun if nobody waits for it any more. */
  private record Dropping(CallQueue.Body body, BooleanSupplier givenUp) implements CallQueue.Body {
    @Override
    public CallQueue.Label label() {
      return body.label();
    }

    @Override
    public Object work() {
      return body.work();
    }

    @Override
    public long limitNs() {
      return body.limitNs();
    }

    @Override
    public boolean dropped() {
      return givenUp.getAsBoolean();
    }

    @Override
    public void run(Runner runner) throws Exception {
      body.run(runner);
    }
  }

  /** A call has ended; whether all of the unit have. */
  private boolean ended(
      Visit v, int index, Optional<DeviceFault> fault, long ns, Engine<T> engine) {
    if (v.phase == Phase.GIVEN_UP) {
      callOfGivenUpEnded(v, engine);
      return false;
    }
    Unit.Part part = v.unit.orElseThrow().parts().get(index);
    try {
      if (fault.isPresent()) {
        if (part.failed(fault.get())) {
          start(v, index, engine);
          return false;
        }
        throw fault.get();
      }
    } catch (Throwable e) { // of the task, unless it is an error
      v.callsLeft--;
      fail(v, e, engine);
      return false;
    }
    v.runNs.set(index, ns);
    v.callsLeft--;
    v.joining = v.callsLeft == 0;
    return v.joining;
  }

  private void join(Visit v, CallQueue queue, Engine<T> engine) {
    Throwable[] thrown = {null};
    queue.host(
        () -> {
          try {
            v.unit.orElseThrow().join();
          } catch (Throwable e) { // of the task, unless it is an error
            thrown[0] = e;
          }
        },
        hostNs -> engine.event(() -> joined(v, thrown[0], hostNs, engine)));
  }

  private void joined(Visit v, Throwable thrown, long hostNs, Engine<T> engine) {
    v.joining = false;
    if (v.phase == Phase.GIVEN_UP) {
      callOfGivenUpEnded(v, engine);
      return;
    }
    if (thrown != null) {
      fail(v, thrown, engine);
      return;
    }
    Unit unit = v.unit.orElseThrow();
    for (int i = 0; i < unit.parts().size(); i++) {
      unit.parts().get(i).succeeded(v.runNs.get(i) + hostNs);
    }
    unit.joined();
    engine.later(unit::tell);
    goOn(v, engine);
  }

  private void through(Visit v, Engine<T> engine) {
    v.doneNs = engine.now();
    stage.left(v.task);
    engine.span(Span.Kind.STAGE, stage, v.task, v.startNs, v.doneNs);
    if (next.isPresent()) {
      v.phase = Phase.BLOCKED;
      next.get().await(v.task, () -> gone(v, engine));
    } else {
      engine.leave(v.task);
      free(engine);
    }
  }

  private void gone(Visit v, Engine<T> engine) {
    engine.span(Span.Kind.BLOCKED, stage, v.task, v.doneNs, engine.now());
    free(engine);
  }

  private void fail(Visit v, Throwable cause, Engine<T> engine) {
    if (cause instanceof Error) {
      engine.broken(cause);
    }
    giveUp(v, cause, engine);
  }

  /** The task ends here and now. While a device is still at work for it, nothing else begins. */
  private void giveUp(Visit v, Throwable cause, Engine<T> engine) {
    if (v.phase == Phase.GIVEN_UP) {
      return;
    }
    boolean through = v.phase == Phase.BLOCKED;
    v.phase = Phase.GIVEN_UP;
    v.task.failure = cause;
    if (through) {
      next.orElseThrow().forget(v.task);
    } else {
      stage.left(v.task);
      engine.span(Span.Kind.STAGE, stage, v.task, v.startNs, engine.now());
    }
    engine.leave(v.task);
    if (through || (v.callsLeft == 0 && !v.joining)) {
      free(engine);
    }
  }

  private void callOfGivenUpEnded(Visit v, Engine<T> engine) {
    v.callsLeft--;
    if (v.callsLeft <= 0) {
      free(engine);
    }
  }

  private void free(Engine<T> engine) {
    visit = Optional.empty();
    held--;
    idleSinceNs = engine.now();
    work(engine);
  }

  /** A task is not to go on; whether it was here. */
  boolean cancel(T task, Engine<T> engine) {
    CancellationException cause = new CancellationException("cancelled");
    if (visit.isPresent() && visit.get().task.equals(task)) {
      giveUp(visit.get(), cause, engine);
      return true;
    }
    if (waiting.remove(task)) {
      held--;
      stage.left(task);
      task.failure = cause;
      engine.leave(task);
      return true;
    }
    return false;
  }
}
