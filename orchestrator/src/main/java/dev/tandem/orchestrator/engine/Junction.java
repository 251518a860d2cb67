package dev.tandem.orchestrator.engine;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/** Where a task goes on to one of several stations. A station belongs to one junction. */
public final class Junction<T extends Task> {
  private final List<Station<T>> stations;
  private final Chooser<T> chooser;
  private final List<Waiting<T>> waiting = new ArrayList<>();
  private final IntPredicate hasRoom;

  /** A task that another station holds until it can go on. */
  private record Waiting<T extends Task>(T task, Runnable gone) {}

  public Junction(List<Station<T>> stations, Chooser<T> chooser) {
    if (stations.isEmpty()) {
      throw new IllegalArgumentException("a junction needs at least one station");
    }
    this.stations = List.copyOf(stations);
    this.chooser = chooser;
    hasRoom = i -> this.stations.get(i).hasRoom();
  }

  public List<Station<T>> stations() {
    return stations;
  }

  /** Tasks that all its stations may hold, and all stations behind them. */
  public int places() {
    return stations.stream().mapToInt(Station::holds).sum()
        + stations.stream()
            .map(Station::next)
            .flatMap(Optional::stream)
            .distinct()
            .mapToInt(Junction::places)
            .sum();
  }

  /** The station of a task that may enter now; none if it has to wait. */
  Optional<Station<T>> choose(T task) {
    int chosen = chooser.choose(task, hasRoom);
    if (chosen == Chooser.WAIT) {
      return Optional.empty();
    }
    Station<T> station = stations.get(chosen);
    if (!station.hasRoom()) {
      throw new IllegalStateException("station " + chosen + " was chosen but has no room");
    }
    return Optional.of(station);
  }

  /** A task waits here; {@code gone} is run when it goes on. */
  void await(T task, Runnable gone) {
    waiting.add(new Waiting<>(task, gone));
  }

  /** A task waits no more. */
  void forget(T task) {
    waiting.removeIf(w -> w.task.equals(task));
  }

  /** Lets go on who can, in the order in which they came; whether anyone could. */
  boolean settle(Engine<T> engine) {
    boolean progress = false;
    Iterator<Waiting<T>> i = waiting.iterator();
    while (i.hasNext()) {
      Waiting<T> w = i.next();
      Optional<Station<T>> station = choose(w.task);
      if (station.isPresent()) {
        i.remove();
        station.get().accept(w.task, engine);
        w.gone.run();
        progress = true;
        break; // who comes next may see another situation: from the beginning
      }
    }
    return progress;
  }
}
