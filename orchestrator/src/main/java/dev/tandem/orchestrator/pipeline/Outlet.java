package dev.tandem.orchestrator.pipeline;

import dev.tandem.orchestrator.timeline.Span;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;

/**
 * The end of the pipeline: tells the {@link Completion} of each task, in order of submission or as
 * they come. A task that comes early waits here; the pipeline's window limits how many.
 */
final class Outlet<T> {
  static final String NAME = "output";
  static final String DEVICE = "host";

  private final Map<Long, Slot<T>> early = new HashMap<>();
  private final Run<T> run;
  private boolean inOrder;
  private boolean reasonTold;
  private final Completion<T> completion;
  private final Runnable onEnd;
  private long next;
  private long idleSince;

  /**
   * An outlet that waits for task 0.
   *
   * @param onEnd called after each task's completion
   */
  Outlet(Run<T> run, boolean inOrder, Completion<T> completion, Runnable onEnd) {
    this.run = run;
    this.inOrder = inOrder;
    this.completion = completion;
    this.onEnd = onEnd;
    idleSince = run.now();
  }

  /** Hears of a task's end and completes it now or when its turn comes. */
  void receive(Slot<T> slot) {
    if (inOrder && slot.number != next && keep(slot)) {
      return;
    }
    complete(slot);
    while (!early.isEmpty() && early.containsKey(next)) { // mostly empty: spares the boxed key
      complete(early.remove(next));
    }
    if (!inOrder) {
      early.values().forEach(this::complete);
      early.clear();
    }
  }

  private boolean keep(Slot<T> slot) {
    try {
      Slot<T> waiting = new Slot<>();
      early.put(slot.number, waiting);
      slot.moveTo(waiting);
      return true;
    } catch (Throwable e) { // no memory: better out of turn than never
      run.broken(e);
      inOrder = false;
      return false;
    }
  }

  private void complete(Slot<T> slot) {
    T task = slot.task;
    Throwable failure = slot.failure;
    slot.clear();
    next++;
    try {
      failure = completed(task, failure);
      if (failure != null) {
        completion.failed(task, told(failure));
      }
      idleSince = run.now();
      completion.ended(task);
    } catch (Throwable e) { // of a listener: a failure that cannot be told
      run.broken(e);
    } finally {
      onEnd.run();
    }
  }

  /** Completes a task that has not failed; why it has, then or now, or null. */
  private Throwable completed(T task, Throwable failure) {
    Throwable result = failure;
    try {
      long start = run.now();
      run.span(Span.Kind.WAIT, NAME, DEVICE, 0, task, idleSince, start);
      if (failure == null) {
        completion.completed(task);
        run.span(Span.Kind.STAGE, NAME, DEVICE, 0, task, start, run.now());
      }
    } catch (Exception e) { // becomes the task's failure
      result = e;
    } catch (Throwable e) {
      result = e;
      run.broken(e);
    }
    return result;
  }

  /** Once a run is cancelled or broken, only what broke it is told as it is, and only once. */
  private Throwable told(Throwable failure) {
    if (!run.cancelled()) {
      return failure;
    }
    boolean reason = !reasonTold && run.brokenBy(failure);
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
