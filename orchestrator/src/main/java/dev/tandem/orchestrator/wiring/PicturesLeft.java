package dev.tandem.orchestrator.wiring;

/** Pictures of a run that no lane has taken yet, as far as they are announced. Any thread. */
public final class PicturesLeft {
  private int count;

  /** So many more are to come. */
  public synchronized void announce(int pictures) {
    count += pictures;
  }

  synchronized void take() {
    count--;
  }

  synchronized int count() {
    return count;
  }
}
