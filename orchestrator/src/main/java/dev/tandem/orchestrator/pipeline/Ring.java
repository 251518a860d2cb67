package dev.tandem.orchestrator.pipeline;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.ExceptionHandler;
import com.lmax.disruptor.RingBuffer;
import java.util.concurrent.Semaphore;

/**
 * A bounded hand-over from one thread to the next: a Disruptor ring with one producer and one
 * consumer.
 *
 * <p>A producer that finds the ring full sleeps on a credit instead of spinning, because stages
 * take milliseconds to minutes. The batch size is 1: otherwise a task would reach the next stage
 * only after the whole batch.
 */
final class Ring<T> {
  /** What lies in the ring: emptied on receipt, so that no task outlives its use. */
  private static final class Slot<T> {
    private T task;
  }

  /** Receives each task. */
  interface Receiver<T> {
    void receive(T task);
  }

  private final RingBuffer<Slot<T>> buffer;
  private final Semaphore credits;
  private final BatchEventProcessor<Slot<T>> processor;
  private final Thread thread;

  Ring(String threadName, int capacity, Receiver<T> receiver) {
    // The slot of the task at work is freed only after it, so the ring needs more than its
    // capacity.
    int size = Integer.highestOneBit(capacity) << 1;
    buffer = RingBuffer.createSingleProducer(Slot::new, size, new BlockingWaitStrategy());
    credits = new Semaphore(capacity, true);
    EventHandler<Slot<T>> handler =
        (slot, sequence, endOfBatch) -> {
          T task = slot.task;
          slot.task = null;
          credits.release();
          receiver.receive(task);
        };
    processor =
        new BatchEventProcessorBuilder()
            .setMaxBatchSize(1)
            .build(buffer, buffer.newBarrier(), handler);
    processor.setExceptionHandler(new Escaped<>(threadName));
    buffer.addGatingSequences(processor.getSequence());
    thread = Thread.ofPlatform().name(threadName).daemon(true).unstarted(processor);
  }

  void start() {
    thread.start();
  }

  /** Hands a task over; waits while the ring is full. Called by one thread only. */
  void put(T task) throws InterruptedException {
    credits.acquire();
    publish(task);
  }

  /** Hands a task over even when interrupted: for threads that must not lose it. */
  void putUninterruptibly(T task) {
    credits.acquireUninterruptibly();
    publish(task);
  }

  private void publish(T task) {
    long sequence = buffer.next();
    try {
      buffer.get(sequence).task = task;
    } finally {
      buffer.publish(sequence);
    }
  }

  /** Interrupts what the consumer is doing. */
  void interrupt() {
    thread.interrupt();
  }

  /** Stops the consumer after what it is doing; tasks still in the ring are not received. */
  void stop() {
    processor.halt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // the thread ends by itself; the caller sees the interrupt afterwards
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A receiver must not throw; if one does, the error is a defect of ours and must be seen. */
  private record Escaped<T>(String ring) implements ExceptionHandler<Slot<T>> {
    @Override
    public void handleEventException(Throwable ex, long sequence, Slot<T> event) {
      throw new IllegalStateException("stage thread '" + ring + "' failed", ex);
    }

    @Override
    public void handleOnStartException(Throwable ex) {
      throw new IllegalStateException("stage thread '" + ring + "' failed to start", ex);
    }

    @Override
    public void handleOnShutdownException(Throwable ex) {
      throw new IllegalStateException("stage thread '" + ring + "' failed to stop", ex);
    }
  }
}
