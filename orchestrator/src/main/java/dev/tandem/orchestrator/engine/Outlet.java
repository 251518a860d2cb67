package dev.tandem.orchestrator.engine;

import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.Timeline;
import dev.tandem.stages.Runner;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The end of the pipeline: hands each task to the {@link Completion}, in order of submission or as
 * they come, on a queue of its own. A task that comes early waits here; the window limits how many.
 */
final class Outlet<T extends Task> {
  static final String NAME = "output";
  static final String DEVICE = "host";
  private static final long NO_LIMIT = Long.MAX_VALUE;

  private final Engine<T> engine;
  private final CallQueue queue;
  private final Timeline timeline;
  private final Completion<T> completion;
  private final Breakdown breakdown;
  private final Map<Long, T> early = new HashMap<>();
  private final boolean inOrder;
  private final Queue<T> ready = new ConcurrentLinkedQueue<>();
  private boolean handing;
  private long next;

  /** Of the queue's thread alone. */
  private boolean reasonTold;

  private long idleSince;

  Outlet(
      Engine<T> engine,
      CallQueue queue,
      boolean inOrder,
      Timeline timeline,
      Completion<T> completion,
      Breakdown breakdown) {
    this.engine = engine;
    this.queue = queue;
    this.inOrder = inOrder;
    this.timeline = timeline;
    this.completion = completion;
    this.breakdown = breakdown;
    idleSince = engine.now();
  }

  /** Takes a task that is done or has failed; under the engine's lock. */
  void receive(T task) {
    if (!inOrder) {
      start(task);
      return;
    }
    early.put(task.number, task);
    for (T t = early.remove(next); t != null; t = early.remove(next)) {
      next++;
      start(t);
    }
  }

  /** Whether tasks wait here for that one. */
  boolean waitsFor(long number) {
    return number == next && !early.isEmpty();
  }

  /** Behind all that is to be told of the task until here. */
  private void start(T task) {
    engine.later(
        () -> {
          ready.add(task);
          handOver();
        });
  }

  /** One at a time: tasks that are cancelled may be more than the queue has room for. */
  private void handOver() {
    T task;
    synchronized (ready) {
      task = handing ? null : ready.poll();
      handing |= task != null;
    }
    if (task != null) {
      queue.start(
          new Output(task),
          (q, fault, ns) -> {
            fault.ifPresent(breakdown::report); // its thread died
            handedOver(task);
          });
    }
  }

  private void handedOver(T task) {
    synchronized (ready) {
      handing = false;
    }
    engine.ended(task);
    handOver();
  }

  /** Waits for what is being handed over, then ends the queue. */
  void close() {
    queue.close();
  }

  /** Handing one task over. */
  private final class Output implements CallQueue.Body {
    private final T task;

    private Output(T task) {
      this.task = task;
    }

    @Override
    public CallQueue.Label label() {
      return new CallQueue.Label(timeline, NAME, task.index(), -1);
    }

    @Override
    public long limitNs() {
      return NO_LIMIT;
    }

    @Override
    public void run(Runner runner) {
      Throwable failure = task.failure;
      try {
        failure = completed(failure);
        if (failure != null) {
          completion.failed(task, told(failure));
        }
        idleSince = engine.now();
        completion.ended(task);
      } catch (Throwable e) { // of a listener: a failure that cannot be told
        breakdown.report(e);
      }
    }

    /** Completes a task that has not failed; why it has, then or now, or null. */
    private Throwable completed(Throwable failure) {
      Throwable result = failure;
      try {
        long start = engine.now();
        span(Span.Kind.WAIT, idleSince, start);
        if (failure == null) {
          completion.completed(task);
          span(Span.Kind.STAGE, start, engine.now());
        }
      } catch (Exception e) { // becomes the task's failure
        result = e;
      } catch (Throwable e) {
        result = e;
        breakdown.report(e);
      }
      return result;
    }

    private void span(Span.Kind kind, long from, long to) {
      if (!timeline.stages()) {
        return;
      }
      timeline.add(new Span(kind, NAME, DEVICE, task.index(), -1, 0, from, to, "", 0));
    }
  }

  /** Once a run is cancelled or broken, only what broke it is told as it is, and only once. */
  private Throwable told(Throwable failure) {
    if (!engine.cancelled()) {
      return failure;
    }
    boolean reason = !reasonTold && breakdown.is(failure);
    reasonTold |= reason;
    return reason ? failure : cancellation(failure);
  }

  private static Throwable cancellation(Throwable cause) {
    if (cause instanceof CancellationException) {
      return cause;
    }
    CancellationException e = new CancellationException("cancelled");
    e.initCause(cause);
    return e;
  }
}
