package dev.tandem.orchestrator.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A junction at work: counts the room of its stations and lets a task in where there is some. A
 * producer sleeps on a monitor, which unlike a semaphore allocates nothing.
 */
final class Entrance<T> {
  /** Choices depend on time as well: a device that lags must be noticed though nothing happens. */
  private static final long RECONSIDER_MS = 20;

  private final Junction<T> junction;
  private final List<Ring<T>> rings = new ArrayList<>();
  private final int[] room;
  private final IntPredicate hasRoom = this::hasRoom;

  Entrance(Junction<T> junction) {
    this.junction = junction;
    this.room = junction.stations().stream().mapToInt(Station::holds).toArray();
  }

  /** The ring of the next station, in the order of the junction. */
  void add(Ring<T> ring) {
    rings.add(ring);
  }

  /** Lets a task in; waits for room. */
  void enter(T task, long number) throws InterruptedException {
    int station;
    synchronized (this) {
      station = choose(task);
      while (station == Chooser.WAIT) {
        if (rings.size() == 1) {
          wait();
        } else {
          wait(RECONSIDER_MS);
        }
        station = choose(task);
      }
    }
    rings.get(station).put(task, number, null);
  }

  /** Lets a task in even when interrupted: for threads that must not lose it. */
  void enterUninterruptibly(T task, long number) {
    boolean interrupted = false;
    while (true) {
      try {
        enter(task, number);
        break;
      } catch (InterruptedException e) {
        interrupted = true; // passed on below
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets a task in if it can go on now. */
  boolean tryEnter(T task, long number) {
    int station;
    synchronized (this) {
      station = choose(task);
    }
    if (station != Chooser.WAIT) {
      rings.get(station).put(task, number, null);
    }
    return station != Chooser.WAIT;
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

  private boolean hasRoom(int station) {
    return room[station] > 0;
  }
}
