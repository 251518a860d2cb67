package dev.tandem.planning.simulate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiConsumer;

/**
 * A stage at its device, with a thread of its own: takes a picture, works on it, hands it on, and
 * only then takes the next.
 */
final class SimulatedStation {
  private final int holds;
  private final BiConsumer<Integer, Runnable> work;
  private final BiConsumer<Integer, Runnable> handOver;
  private final Deque<Integer> waiting = new ArrayDeque<>();
  private Runnable onLeave = () -> {};
  private boolean busy;
  private int held;
  private int mostHeld;

  /**
   * A station.
   *
   * @param holds pictures it may hold: the one at work and those waiting
   * @param work on a picture; runs its second argument when it is done
   * @param handOver of a picture; runs its second argument when the next one has room
   */
  SimulatedStation(
      int holds, BiConsumer<Integer, Runnable> work, BiConsumer<Integer, Runnable> handOver) {
    if (holds < 1) {
      throw new IllegalArgumentException("a station must hold at least 1 picture, got " + holds);
    }
    this.holds = holds;
    this.work = work;
    this.handOver = handOver;
  }

  /** Told whenever a picture has left. */
  void onLeave(Runnable listener) {
    onLeave = listener;
  }

  boolean hasRoom() {
    return held < holds;
  }

  int held() {
    return held;
  }

  int mostHeld() {
    return mostHeld;
  }

  /** Takes a picture; there must be room. */
  void enter(int picture) {
    if (!hasRoom()) {
      throw new IllegalStateException("a station that holds " + holds + " was given one more");
    }
    held++;
    mostHeld = Math.max(mostHeld, held);
    waiting.add(picture);
    next();
  }

  private void next() {
    if (!busy && !waiting.isEmpty()) {
      busy = true;
      int picture = waiting.poll();
      work.accept(picture, () -> handOver.accept(picture, this::left));
    }
  }

  private void left() {
    held--;
    busy = false;
    next();
    onLeave.run();
  }
}
