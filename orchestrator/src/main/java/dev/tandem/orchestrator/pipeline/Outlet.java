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
  private final boolean inOrder;
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
    if (inOrder && slot.number != next) {
      Slot<T> waiting = new Slot<>();
      slot.moveTo(waiting);
      early.put(waiting.number, waiting);
      return;
    }
    complete(slot);
    while (!early.isEmpty() && early.containsKey(next)) { // mostly empty: spares the boxed key
      complete(early.remove(next));
    }
  }

  private void complete(Slot<T> slot) {
    T task = slot.task;
    Throwable failure = slot.failure;
    slot.clear();
    next++;
    long start = run.now();
    run.span(Span.Kind.WAIT, NAME, DEVICE, 0, task, idleSince, start);
    try {
      if (failure == null) {
        completion.completed(task);
        run.span(Span.Kind.STAGE, NAME, DEVICE, 0, task, start, run.now());
      }
    } catch (Throwable e) { // becomes the task's failure
      failure = e;
    }
    try {
      if (failure != null) {
        completion.failed(task, run.cancelled() ? cancellation(failure) : failure);
      }
    } finally {
      idleSince = run.now();
      onEnd.run();
    }
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
