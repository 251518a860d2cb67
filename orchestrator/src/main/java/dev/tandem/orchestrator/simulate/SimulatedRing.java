package dev.tandem.orchestrator.simulate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The hand-over before a stage. It takes a picture while fewer than its capacity are waiting in it
 * or at work behind it; a producer with more must wait.
 */
final class SimulatedRing<T> {
  private record Blocked<T>(T item, Runnable accepted) {}

  private final int capacity;
  private final Deque<T> waiting = new ArrayDeque<>();
  private final Deque<Blocked<T>> producers = new ArrayDeque<>();
  private Optional<Consumer<T>> taker = Optional.empty();
  private int held;
  private int mostHeld;

  /**
   * A ring.
   *
   * @param capacity pictures that its stage may hold: the one at work and those waiting
   */
  SimulatedRing(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be at least 1, got " + capacity);
    }
    this.capacity = capacity;
  }

  /** Hands over; {@code accepted} runs once there is room. */
  void put(T item, Runnable accepted) {
    if (held < capacity) {
      accept(item);
      accepted.run();
    } else {
      producers.add(new Blocked<>(item, accepted));
    }
  }

  private void accept(T item) {
    held++;
    mostHeld = Math.max(mostHeld, held);
    if (taker.isPresent()) {
      Consumer<T> consumer = taker.get();
      taker = Optional.empty();
      consumer.accept(item);
    } else {
      waiting.add(item);
    }
  }

  /** Asks for the next item, now or when it comes. One consumer at a time. */
  void take(Consumer<T> consumer) {
    if (taker.isPresent()) {
      throw new IllegalStateException("two consumers wait at one ring");
    }
    if (waiting.isEmpty()) {
      taker = Optional.of(consumer);
    } else {
      consumer.accept(waiting.poll());
    }
  }

  /** The stage has handed on what it took: there is room for one more. */
  void release() {
    held--;
    if (!producers.isEmpty()) {
      Blocked<T> first = producers.poll();
      accept(first.item());
      first.accepted().run();
    }
  }

  int mostHeld() {
    return mostHeld;
  }
}
