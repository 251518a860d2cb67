package dev.tandem.planning.simulate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Where pictures go on to one of several stations; who finds no room waits. */
final class SimulatedJunction {
  /** Until something changes. */
  static final int WAIT = -1;

  /** Chooses the number of a station that has room, or {@link #WAIT}. */
  @FunctionalInterface
  interface Chooser {
    int choose(int picture, List<SimulatedStation> stations);
  }

  private record Waiting(int picture, Runnable accepted) {}

  private final List<SimulatedStation> stations;
  private final Chooser chooser;
  private final Deque<Waiting> queue = new ArrayDeque<>();

  SimulatedJunction(List<SimulatedStation> stations, Chooser chooser) {
    this.stations = List.copyOf(stations);
    this.chooser = chooser;
    stations.forEach(s -> s.onLeave(this::reconsider));
  }

  /** Hands a picture over; {@code accepted} runs once a station has taken it. */
  void enter(int picture, Runnable accepted) {
    queue.add(new Waiting(picture, accepted));
    reconsider();
  }

  /** Lets in who can go on now. */
  void reconsider() {
    for (Waiting w : new ArrayList<>(queue)) {
      int chosen = queue.contains(w) ? chooser.choose(w.picture(), stations) : WAIT;
      if (chosen != WAIT) {
        queue.remove(w);
        stations.get(chosen).enter(w.picture());
        w.accepted().run();
      }
    }
  }
}
