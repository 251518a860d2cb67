package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.engine.Incident;
import java.util.ArrayList;
import java.util.List;

/** What went wrong at devices: the first are kept, all are counted. Any thread. */
public final class Incidents {
  /** So many are kept: a device may fail in every picture of an endless run. */
  public static final int MOST = 100;

  private final List<Incident> first = new ArrayList<>();
  private int count;

  public synchronized void add(Incident incident) {
    count++;
    if (first.size() < MOST) {
      first.add(incident);
    }
  }

  /** The first of them, at most {@link #MOST}. */
  public synchronized List<Incident> first() {
    return List.copyOf(first);
  }

  /** How many there were. */
  public synchronized int count() {
    return count;
  }
}
