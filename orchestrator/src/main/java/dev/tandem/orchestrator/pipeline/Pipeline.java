package dev.tandem.orchestrator.pipeline;

import dev.tandem.orchestrator.timeline.Timeline;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.ToIntFunction;

/**
 * Runs tasks through stations, so that task k + 1 is in one while task k is in the next.
 *
 * <p>{@link #submit} waits while the first stations are full (back-pressure) or the window of tasks
 * in flight is. {@link #close} waits until every submitted task has completed; {@link #cancel}
 * makes them complete soon, as failed.
 *
 * @param <T> the task, which carries its intermediate results from stage to stage
 */
public final class Pipeline<T> implements AutoCloseable {
  private final Run<T> run;
  private final List<Entrance<T>> entrances = new ArrayList<>();
  private final List<Worker<T>> workers = new ArrayList<>();
  private final Entrance<T> entrance;
  private final Ring<T> outlet;
  private final Optional<Ring.Consumer> outletThread;
  private final Optional<Invoker<T>> invoker;
  private final int window;
  private final Object ends = new Object();
  private long submitted;
  private long completed;
  private boolean closed;

  /**
   * How tasks leave a pipeline.
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
   * Starts the stations.
   *
   * @param first where tasks enter
   * @param pictureOf the picture number that spans carry
   * @param breakdown what ends the pipeline before its time, told or found here
   */
  public Pipeline(
      Junction<T> first,
      Threading threading,
      Exit exit,
      Timeline timeline,
      ToIntFunction<T> pictureOf,
      Completion<T> completion,
      Breakdown breakdown) {
    run = new Run<>(threading, timeline, pictureOf, breakdown);
    window = exit.window;
    Outlet<T> end = new Outlet<>(run, exit.inOrder, completion, this::taskEnded);
    outlet = new Ring<>(window, end::receive);
    entrance = connect(first, new IdentityHashMap<>());
    switch (threading) {
      case Threading.Threads _ -> {
        invoker = Optional.empty();
        outletThread = Optional.of(outlet.consumer("tandem-" + Outlet.NAME, run::broken));
        outletThread.get().start();
        workers.forEach(Worker::start);
      }
      case Threading.Threadless t -> {
        outletThread = Optional.empty();
        invoker = Optional.of(new Invoker<>(t.clock(), workers, outlet.poller()));
      }
    }
    breakdown.onFirst(this::cancel);
  }

  /** The entrance of a junction; made, with all behind it, where it was not yet. */
  private Entrance<T> connect(Junction<T> junction, Map<Junction<T>, Entrance<T>> made) {
    Entrance<T> known = made.get(junction);
    if (known != null) {
      return known;
    }
    Entrance<T> here = new Entrance<>(junction, this::stopped);
    entrances.add(here);
    made.put(junction, here);
    List<Station<T>> stations = junction.stations();
    for (int i = 0; i < stations.size(); i++) {
      Optional<Entrance<T>> next = stations.get(i).next().map(j -> connect(j, made));
      workers.add(new Worker<>(run, stations.get(i), here, i, next, outlet));
    }
    return here;
  }

  /**
   * Enters a task; waits while there is no room. Called by one thread only.
   *
   * @throws InterruptedException if interrupted while waiting; the task has then not entered
   * @throws java.util.concurrent.CancellationException if the pipeline was cancelled while there
   *     was no room; the task has then not entered
   */
  public void submit(T task) throws InterruptedException {
    if (closed) {
      throw new IllegalStateException("the pipeline is closed");
    }
    if (invoker.isPresent()) {
      invoker.get().runUntil(() -> inFlight() < window && tryEnter(task));
    } else {
      synchronized (ends) {
        while (inFlight() >= window) {
          if (died()) {
            throw new CancellationException("cancelled");
          }
          ends.wait(Entrance.LOOK_MS);
        }
      }
      entrance.put(entrance.await(task), task, submitted);
    }
    submitted++;
  }

  private boolean tryEnter(T task) {
    int station = entrance.tryAwait(task);
    if (station != Chooser.WAIT) {
      entrance.put(station, task, submitted);
    }
    return station != Chooser.WAIT;
  }

  /** Whether tasks that find no room need not wait for it. */
  private boolean stopped() {
    return run.cancelled() || died();
  }

  /** Whether a thread has ended that should not: what it held never completes. */
  private boolean died() {
    boolean died =
        workers.stream().anyMatch(Worker::dead)
            || outletThread.filter(Ring.Consumer::ended).isPresent();
    if (died) {
      run.broken(new IllegalStateException("a thread of the pipeline ended"));
    }
    return died;
  }

  private long inFlight() {
    synchronized (ends) {
      return submitted - completed;
    }
  }

  private void taskEnded() {
    synchronized (ends) {
      completed++;
      ends.notifyAll();
    }
  }

  /** Makes every task that is not done fail soon, interrupting the stages at work. */
  public void cancel() {
    run.cancel();
    workers.forEach(Worker::interrupt);
    entrances.forEach(Entrance::wake);
  }

  /**
   * Waits until all submitted tasks have completed, then stops the threads. Where a thread has
   * died, tasks may be left that never complete.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    invoker.ifPresent(i -> i.runUntil(() -> inFlight() == 0));
    boolean interrupted = false;
    synchronized (ends) {
      while (submitted > completed && !died()) {
        try {
          ends.wait(Entrance.LOOK_MS);
        } catch (InterruptedException e) {
          interrupted = true; // tasks must end; the caller sees the interrupt afterwards
        }
      }
    }
    workers.forEach(Worker::stop);
    outletThread.ifPresent(Ring.Consumer::stop);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
