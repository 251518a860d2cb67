package dev.tandem.orchestrator.pipeline;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.ExceptionHandler;
import com.lmax.disruptor.RingBuffer;

/**
 * The way to one consumer: a Disruptor ring with any number of producers. Who puts must know that
 * there is room, because a full ring makes Disruptor's producers spin; {@link Entrance} does.
 */
final class Ring<T> {
  /** Receives each task; the slot is to be emptied. */
  interface Receiver<T> {
    void receive(Slot<T> slot);
  }

  private final RingBuffer<Slot<T>> buffer;
  private final Receiver<T> receiver;

  /**
   * An empty ring.
   *
   * @param holds tasks it may be given before one is received
   */
  Ring(int holds, Receiver<T> receiver) {
    // A slot is free again only when its handler has returned, so there is one more than is held.
    int size = Integer.highestOneBit(holds) << 1;
    buffer = RingBuffer.createMultiProducer(Slot::new, size, new BlockingWaitStrategy());
    this.receiver = receiver;
  }

  /** Puts a task in; any thread. */
  void put(T task, long number, Throwable failure) {
    long sequence = buffer.next();
    try {
      buffer.get(sequence).set(task, number, failure);
    } finally {
      buffer.publish(sequence);
    }
  }

  /**
   * The consumer as something a thread runs until it is stopped.
   *
   * @param died hears why the thread ended before its time
   */
  Consumer consumer(String name, java.util.function.Consumer<Throwable> died) {
    BatchEventProcessor<Slot<T>> processor =
        new BatchEventProcessorBuilder()
            .setMaxBatchSize(1) // else a task would be released only after the whole batch
            .build(
                buffer,
                buffer.newBarrier(),
                (slot, sequence, endOfBatch) -> receiver.receive(slot));
    processor.setExceptionHandler(new Escaped<>(name));
    buffer.addGatingSequences(processor.getSequence());
    return new Consumer(processor, name, died);
  }

  /** The consumer as something to be asked: receives one task if there is one. */
  Poller poller() {
    EventPoller<Slot<T>> poller = buffer.newPoller();
    buffer.addGatingSequences(poller.getSequence());
    EventPoller.Handler<Slot<T>> one =
        (slot, sequence, endOfBatch) -> {
          receiver.receive(slot);
          return false;
        };
    return () -> {
      try {
        return poller.poll(one) == EventPoller.PollState.PROCESSING;
      } catch (Exception e) {
        throw new IllegalStateException("a receiver must not throw", e);
      }
    };
  }

  /** Receives one task if there is one. */
  @FunctionalInterface
  interface Poller {
    boolean poll();
  }

  /** The thread of a consumer. */
  static final class Consumer {
    private final BatchEventProcessor<?> processor;
    private final Thread thread;

    private Consumer(
        BatchEventProcessor<?> processor,
        String name,
        java.util.function.Consumer<Throwable> died) {
      this.processor = processor;
      this.thread =
          Thread.ofPlatform()
              .name(name)
              .daemon(true)
              .uncaughtExceptionHandler((thread, e) -> died.accept(e))
              .unstarted(processor);
    }

    /** Whether the thread has ended. */
    boolean ended() {
      return thread.getState() == Thread.State.TERMINATED;
    }

    void start() {
      thread.start();
    }

    /** Interrupts what the consumer is doing. */
    void interrupt() {
      thread.interrupt();
    }

    /** Stops after what it is doing; tasks still in the ring are not received. */
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
  }

  /** A receiver must not throw; if one does, its thread ends, and with it the run. */
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
