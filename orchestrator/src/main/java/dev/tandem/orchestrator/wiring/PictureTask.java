package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.engine.Task;
import dev.tandem.orchestrator.placement.PictureKind;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.ArrayList;
import java.util.List;

/** A picture on its way, as far as stations and choices know it. */
public abstract class PictureTask extends Task {
  private final PictureKind kind;
  private final List<Commitment> commitments = new ArrayList<>();
  private int steps;
  private int lane;

  /** Work that a station has taken on for this picture. */
  private static final class Commitment {
    private final Place place;
    private final Work work;
    private int units;

    private Commitment(Place place, Work work, int units) {
      this.place = place;
      this.work = work;
      this.units = units;
    }

    private void done(int count) {
      place.commit(work, -count);
      units -= count;
    }
  }

  protected PictureTask(int index, int priority, PictureKind kind) {
    super(index, priority);
    this.kind = kind;
  }

  public final PictureKind kind() {
    return kind;
  }

  /** Steps that are done. */
  public final int steps() {
    return steps;
  }

  /** Number of the lane that makes it, from 0; once one has taken it. */
  public final int lane() {
    return lane;
  }

  final void takenBy(int newLane) {
    lane = newLane;
  }

  final void stepDone() {
    steps++;
  }

  /** A device takes on work for this picture. */
  final void commit(Place place, Work work, int units) {
    place.commit(work, units);
    commitments.add(new Commitment(place, work, units));
  }

  /** One unit of each commitment is done. */
  final void unitDone() {
    commitments.forEach(c -> c.done(Math.min(1, c.units)));
  }

  /** The station is through with this picture, whatever came of it. */
  final void release() {
    commitments.forEach(c -> c.done(c.units));
    commitments.clear();
  }
}
