package dev.tandem.orchestrator.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/**
 * A junction at work: counts the room of its stations and lets a task in where there is some. A
 * producer sleeps on a monitor, which unlike a semaphore allocates nothing.
 */
final class Entrance<T> {
  /** Choices depend on time as well: a device that lags must be noticed though nothing happens. */
  private static final long RECONSIDER_MS = 20;

  /** How often one who waits looks whether the others are still alive. */
  static final long LOOK_MS = 1000;

  private final Junction<T> junction;
  private final BooleanSupplier stopped;
  private final List<Ring<T>> rings = new ArrayList<>();
  private final int[] room;
  private final IntPredicate hasRoom = this::hasRoom;

  /**
   * An entrance without rings yet.
   *
   * @param stopped whether nothing is to be let in any more
   */
  Entrance(Junction<T> junction, BooleanSupplier stopped) {
    this.junction = junction;
    this.stopped = stopped;
    this.room = junction.stations().stream().mapToInt(Station::holds).toArray();
  }

  /** The ring of the next station, in the order of the junction. */
  void add(Ring<T> ring) {
    rings.add(ring);
  }

  /**
   * Waits until a task may enter; it must then be {@link #put}.
   *
   * @return the number of the station
   * @throws CancellationException if there is no room and nothing is to be let in any more
   */
  synchronized int await(T task) throws InterruptedException {
    int station = choose(task);
    while (station == Chooser.WAIT) {
      if (stopped.getAsBoolean()) {
        throw new CancellationException("cancelled");
      }
      wait(rings.size() == 1 ? LOOK_MS : RECONSIDER_MS);
      station = choose(task);
    }
    return station;
  }

  /** As {@link #await}, even when interrupted: for threads that must not lose the task. */
  int awaitUninterruptibly(T task) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return await(task);
        } catch (InterruptedException e) {
          interrupted = true; // passed on below
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The station of a task that may enter now, or {@link Chooser#WAIT}. */
  synchronized int tryAwait(T task) {
    return choose(task);
  }

  /** Lets a task in that may enter. */
  void put(int station, T task, long number) {
    rings.get(station).put(task, number, null);
  }

  private int choose(T task) {
    int station = junction.chooser().choose(task, room.length, hasRoom);
    if (station != Chooser.WAIT) {
      if (room[station] == 0) {
        throw new IllegalStateException("station " + station + " was chosen but has no room");
      }
      room[station]--;
    }
    return station;
  }

  /** A task has left a station. */
  synchronized void leave(int station) {
    room[station]++;
    notifyAll();
  }

  /** Those who wait look again whether they still should. */
  synchronized void wake() {
    notifyAll();
  }

  private boolean hasRoom(int station) {
    return room[station] > 0;
  }
}
