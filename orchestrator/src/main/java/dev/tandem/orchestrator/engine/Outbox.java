package dev.tandem.orchestrator.engine;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * What is to be told to others once the lock is free: in order, by one thread at a time. Any
 * thread.
 */
final class Outbox {
  private final Queue<Runnable> letters = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean delivering = new AtomicBoolean();
  private final Consumer<Throwable> failed;

  /**
   * An empty box.
   *
   * @param failed told what a receiver throws
   */
  Outbox(Consumer<Throwable> failed) {
    this.failed = failed;
  }

  void add(Runnable letter) {
    letters.add(letter);
  }

  boolean isEmpty() {
    return letters.isEmpty() && !delivering.get();
  }

  /** Tells everything, unless another thread is at it: that one tells these as well. */
  void deliver() {
    while (!letters.isEmpty() && delivering.compareAndSet(false, true)) {
      try {
        for (Runnable letter = letters.poll(); letter != null; letter = letters.poll()) {
          letter.run();
        }
      } catch (Throwable e) { // whatever a receiver throws is for whoever started the run
        failed.accept(e);
      } finally {
        delivering.set(false);
      }
    }
  }
}
