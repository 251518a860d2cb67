package dev.tandem.orchestrator.pipeline;

import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.Timeline;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.function.ToIntFunction;

/**
 * Runs tasks through stages, each stage on its own thread, so that task k + 1 is in stage 1 while
 * task k is in stage 2.
 *
 * <p>{@link #submit} waits while the first ring is full (back-pressure). {@link #close} waits until
 * every submitted task has completed; {@link #cancel} makes them complete soon, as failed.
 *
 * @param <T> the task, which carries its intermediate results from stage to stage
 */
public final class Pipeline<T> implements AutoCloseable {
  private final List<Lane> lanes = new ArrayList<>();
  private final Completion<T> completion;
  private final Timeline timeline;
  private final ToIntFunction<T> pictureOf;
  private final Semaphore completed = new Semaphore(0);
  private int submitted;
  private volatile boolean cancelled;
  private boolean closed;

  /**
   * Starts the stage threads.
   *
   * @param ringCapacity tasks that may wait before each stage, at least 1
   * @param pictureOf the picture number that spans carry
   */
  public Pipeline(
      List<? extends PipelineStage<T>> stages,
      int ringCapacity,
      Timeline timeline,
      ToIntFunction<T> pictureOf,
      Completion<T> completion) {
    if (stages.isEmpty() || ringCapacity < 1) {
      throw new IllegalArgumentException(
          "a pipeline needs stages and a ring capacity of at least 1, got "
              + stages.size()
              + " and "
              + ringCapacity);
    }
    this.completion = completion;
    this.timeline = timeline;
    this.pictureOf = pictureOf;
    for (PipelineStage<T> stage : stages) {
      lanes.add(new Lane(stage, ringCapacity));
    }
    for (int i = 0; i + 1 < lanes.size(); i++) {
      lanes.get(i).next = lanes.get(i + 1);
    }
    lanes.forEach(Lane::start);
  }

  /**
   * Enters a task; waits while the first ring is full. Called by one thread only.
   *
   * @throws InterruptedException if interrupted while waiting; the task has then not entered
   */
  public void submit(T task) throws InterruptedException {
    if (closed) {
      throw new IllegalStateException("the pipeline is closed");
    }
    lanes.getFirst().ring.put(new Ticket<>(task));
    submitted++;
  }

  /** Makes every task that is not done fail soon, interrupting the stages at work. */
  public void cancel() {
    cancelled = true;
    lanes.forEach(Lane::interruptWork);
  }

  /** Waits until all submitted tasks have completed, then stops the threads. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      completed.acquireUninterruptibly(submitted);
      lanes.forEach(lane -> lane.ring.stop());
    }
  }

  /** A task on its way, with the failure that made it skip the rest. */
  private static final class Ticket<T> {
    private final T task;
    private Throwable failure;

    private Ticket(T task) {
      this.task = task;
    }
  }

  /** A stage, its thread and the ring before it. */
  private final class Lane {
    private final PipelineStage<T> stage;
    private final Ring<Ticket<T>> ring;
    private Lane next;
    private long idleSince;
    private boolean working;

    private Lane(PipelineStage<T> stage, int capacity) {
      this.stage = stage;
      this.ring = new Ring<>("tandem-" + stage.name(), capacity, this::receive);
    }

    private void start() {
      idleSince = System.nanoTime();
      ring.start();
    }

    private void receive(Ticket<T> ticket) {
      int picture = pictureOf.applyAsInt(ticket.task);
      long start = System.nanoTime();
      timeline.add(
          new Span(Span.Kind.WAIT, stage.name(), stage.device(), picture, -1, idleSince, start));
      if (ticket.failure == null) {
        process(ticket);
        timeline.endNow(Span.Kind.STAGE, stage.name(), stage.device(), picture, -1, start);
      }
      if (next != null) {
        long done = System.nanoTime();
        next.ring.putUninterruptibly(ticket);
        timeline.endNow(Span.Kind.BLOCKED, stage.name(), stage.device(), picture, -1, done);
      } else {
        complete(ticket);
      }
      idleSince = System.nanoTime();
    }

    private void process(Ticket<T> ticket) {
      setWorking(true);
      try {
        if (cancelled) {
          throw new CancellationException("cancelled");
        }
        stage.process(ticket.task);
      } catch (Throwable e) { // fails this task alone, whatever it is
        ticket.failure = e;
      } finally {
        setWorking(false);
      }
    }

    /** Leaves no interrupt behind: one that reached the ring would count as a failed event. */
    private synchronized void setWorking(boolean now) {
      working = now;
      Thread.interrupted();
    }

    private synchronized void interruptWork() {
      if (working) {
        ring.interrupt();
      }
    }
  }

  private void complete(Ticket<T> ticket) {
    try {
      if (ticket.failure == null) {
        completion.completed(ticket.task);
      }
    } catch (Throwable e) { // becomes the task's failure
      ticket.failure = e;
    }
    try {
      if (ticket.failure != null) {
        completion.failed(ticket.task, cancelled ? cancellation(ticket.failure) : ticket.failure);
      }
    } finally {
      completed.release();
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
