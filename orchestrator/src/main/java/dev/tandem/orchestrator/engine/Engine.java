package dev.tandem.orchestrator.engine;

import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.Timeline;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * Carries tasks through stations until it is closed. Any number of threads submit and cancel; every
 * task that was submitted ends exactly once. Several engines may share devices.
 *
 * @param <T> the task, which carries its intermediate results from stage to stage
 */
public final class Engine<T extends Task> implements AutoCloseable {
  private final Object lock = new Object();
  private final Drive drive;
  private final Timeline timeline;
  private final Breakdown breakdown;
  private final int window;
  private final Junction<T> entrance;

  /** The last ones first: they make room. */
  private final List<Junction<T>> junctions = new ArrayList<>();

  private final Outlet<T> outlet;
  private final Outbox outbox;
  private final PriorityQueue<T> pending =
      new PriorityQueue<>(
          Comparator.comparingInt((T t) -> -t.priority()).thenComparingLong(t -> t.number));
  private final Set<T> inside = new LinkedHashSet<>();
  private final Deque<Runnable> following = new ArrayDeque<>();
  private boolean atEvent;

  /** Whether something has happened that others wait for. */
  private boolean awaited;

  private long submitted;
  private long ended;
  private volatile boolean cancelled;
  private volatile boolean closed;

  /**
   * How tasks leave.
   *
   * @param inOrder whether in the order of submission
   * @param window tasks that may be in flight, those included that wait for their turn; at least 1
   */
  public record Exit(boolean inOrder, int window) {
    public Exit {
      if (window < 1) {
        throw new IllegalArgumentException("window is " + window + ": it must be at least 1");
      }
    }
  }

  /**
   * An engine without tasks.
   *
   * @param entrance where tasks enter
   * @param breakdown what ends the engine before its time, told or found here
   */
  public Engine(
      Junction<T> entrance,
      Drive drive,
      Exit exit,
      Timeline timeline,
      Completion<T> completion,
      Breakdown breakdown) {
    this.entrance = entrance;
    this.drive = drive;
    this.timeline = timeline;
    this.breakdown = breakdown;
    window = exit.window;
    outbox = new Outbox(breakdown::report);
    CallQueue output = drive.output(Outlet.NAME);
    outlet = new Outlet<>(this, output, exit.inOrder, timeline, completion, breakdown);
    collect(entrance);
    junctions.forEach(j -> j.stations().forEach(s -> s.begin(this)));
    breakdown.onFirst(this::cancel);
  }

  private void collect(Junction<T> junction) {
    for (Station<T> s : junction.stations()) {
      s.next().filter(n -> !junctions.contains(n)).ifPresent(this::collect);
    }
    junctions.add(junction);
  }

  long now() {
    return drive.now();
  }

  boolean cancelled() {
    return cancelled;
  }

  /**
   * Enters a task as soon as there is room, after those of a higher priority and those that came
   * before; does not wait.
   *
   * @throws IllegalStateException after {@link #close}
   * @throws CancellationException after {@link #cancel()}; the task then never was here
   */
  public void submit(T task) {
    add(task);
    proceed();
  }

  /** The first half of {@link #submit}: the task has its place in the order, and nobody is told. */
  public void add(T task) {
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("the engine is closed");
      }
      if (cancelled) {
        throw new CancellationException("cancelled");
      }
      if (task.state != Task.State.NEW) {
        throw new IllegalArgumentException("task " + task.index() + " was submitted before");
      }
      task.number = submitted++;
      task.state = Task.State.PENDING;
      pending.add(task);
    }
  }

  /** The second half: tasks that were added enter where there is room. */
  public void proceed() {
    event(() -> {});
  }

  /**
   * Waits until all tasks that were submitted have found room (back-pressure).
   *
   * @throws CancellationException if they never will
   */
  public void awaitRoom() throws InterruptedException {
    synchronized (lock) {
      if (!drive.await(lock, () -> cancelled || pending.isEmpty())) {
        throw deadlock();
      }
      if (cancelled) {
        throw new CancellationException("cancelled");
      }
    }
  }

  /**
   * What has happened, and all that follows; if it happens within another event, after that one.
   */
  void event(Runnable action) {
    synchronized (lock) {
      following.add(action);
      if (atEvent) {
        return;
      }
      atEvent = true;
      try {
        while (!following.isEmpty()) {
          breakdown.guarded(following.poll()); // a task's own work is guarded by itself
          if (!cancelled) {
            breakdown.guarded(this::settle);
          }
        }
      } finally {
        atEvent = false;
        if (awaited) { // who waits need not be woken at each step
          awaited = false;
          lock.notifyAll();
        }
      }
    }
    outbox.deliver();
    if (closed) { // who closes waits for the box as well
      synchronized (lock) {
        lock.notifyAll();
      }
    }
  }

  private void settle() {
    boolean progress = true;
    while (progress) {
      progress = false;
      for (Junction<T> j : junctions) {
        progress |= j.settle(this);
      }
      progress |= enter();
    }
  }

  private boolean enter() {
    Optional<T> candidate = candidate();
    Optional<Station<T>> station = candidate.flatMap(entrance::choose);
    if (station.isEmpty()) {
      return false;
    }
    T task = candidate.get();
    pending.remove(task);
    task.state = Task.State.INSIDE;
    inside.add(task);
    awaited = true;
    station.get().accept(task, this);
    return true;
  }

  /** Who enters next; when the window is full, only whom the tasks wait for that are through. */
  private Optional<T> candidate() {
    return inside.size() < window
        ? Optional.ofNullable(pending.peek())
        : pending.stream().filter(t -> outlet.waitsFor(t.number)).findFirst();
  }

  /** A task has come to its end, good or bad; under the lock. */
  void leave(T task) {
    if (task.state != Task.State.LEAVING) {
      task.state = Task.State.LEAVING;
      outlet.receive(task);
    }
  }

  /** It has been told. */
  void ended(T task) {
    event(
        () -> {
          task.state = Task.State.ENDED;
          inside.remove(task);
          ended++;
          awaited = true;
        });
  }

  /** Something went wrong that is not one task's matter: all ends. */
  void broken(Throwable e) {
    breakdown.report(e);
  }

  /** To be told once the lock is free. */
  void later(Runnable letter) {
    outbox.add(letter);
  }

  void span(Span.Kind kind, Stage<T> stage, T task, long from, long to) {
    if (!timeline.stages()) {
      return;
    }
    Span span =
        new Span(
            kind, stage.name(), stage.device(), task.index(), -1, stage.number(), from, to, "", 0);
    outbox.add(() -> timeline.add(span));
  }

  /**
   * Makes a task end soon with a {@link CancellationException}; its devices are free for others
   * when their calls at work have ended.
   *
   * @return false if it is over or was never here
   */
  public boolean cancel(T task) {
    boolean[] here = {false};
    event(() -> here[0] = end(task));
    return here[0];
  }

  private boolean end(T task) {
    return switch (task.state) {
      case PENDING -> {
        pending.remove(task);
        awaited = true;
        task.failure = new CancellationException("cancelled");
        leave(task);
        yield true;
      }
      case INSIDE -> {
        boolean here =
            junctions.stream()
                .flatMap(j -> j.stations().stream())
                .anyMatch(s -> s.cancel(task, this));
        if (!here) {
          throw new IllegalStateException("task " + task.index() + " is lost");
        }
        yield true;
      }
      case NEW, LEAVING, ENDED -> false;
    };
  }

  /** Makes every task that is not done end soon; nothing can be submitted any more. */
  public void cancel() {
    cancelled = true;
    event(
        () -> {
          List<T> all = new ArrayList<>(pending);
          all.addAll(inside);
          all.forEach(this::end);
          awaited = true;
        });
  }

  /** Waits until all submitted tasks have ended; nothing can be submitted any more. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      if (!drive.awaitUninterruptibly(lock, () -> ended == submitted && outbox.isEmpty())) {
        throw deadlock();
      }
    }
    outlet.close();
  }

  private IllegalStateException deadlock() {
    List<String> states =
        junctions.stream().flatMap(j -> j.stations().stream()).map(Station::toString).toList();
    return new IllegalStateException(
        "deadlock at " + now() + " ns with " + (submitted - ended) + " tasks left: " + states);
  }
}
