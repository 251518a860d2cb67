package dev.tandem.planning.strategy;

import java.util.Optional;

/** Keeps the candidate of the least load; of equals, the first. */
final class Best<T> {
  private record Entry<T>(DeviceLoad load, T candidate) {}

  private Optional<Entry<T>> best = Optional.empty();

  void offer(DeviceLoad load, T candidate) {
    boolean better = best.isEmpty() || DeviceLoad.BEST_FIRST.compare(load, best.get().load()) < 0;
    if (better) {
      best = Optional.of(new Entry<>(load, candidate));
    }
  }

  T get() {
    return best.orElseThrow().candidate();
  }
}
