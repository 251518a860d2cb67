package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.engine.Stage;
import dev.tandem.orchestrator.engine.Unit;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A stage at a device, or with the halves of each step at two, among others that could do the same
 * work.
 *
 * @param <P> the picture on its way
 */
abstract class PlacedStage<P extends PictureTask> implements Stage<P> {
  private final RunContext run;
  private final Workload<P> workload;
  private final String name;
  private final List<Seat> seats;
  private final int number;
  private int held;

  PlacedStage(RunContext run, Workload<P> workload, String name, List<String> devices, int number) {
    this.run = run;
    this.workload = workload;
    this.name = name;
    this.seats = devices.stream().map(d -> new Seat(run, name, run.place(d))).toList();
    this.number = number;
  }

  /** Units that a picture needs of it, from where the picture stands. */
  abstract int unitsLeft(P task);

  /** What a unit asks of the seats, of the first or of all of them. */
  abstract List<Work> works(P task);

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String device() {
    return seats.getFirst().place().id();
  }

  @Override
  public final int number() {
    return number;
  }

  /** Pictures it has taken on and not finished. */
  final int held() {
    return held;
  }

  final RunContext run() {
    return run;
  }

  final Workload<P> workload() {
    return workload;
  }

  final List<Seat> seats() {
    return seats;
  }

  /** Expected time of one unit, ns; empty if that is not known yet. */
  final OptionalLong unitNs(P task) {
    long most = 0;
    List<Work> works = works(task);
    for (int i = 0; i < works.size(); i++) {
      OptionalLong ns = run.costs().ns(works.get(i), seats.get(i).place().id(), task.kind());
      if (ns.isEmpty()) {
        return ns;
      }
      most = Math.max(most, ns.getAsLong());
    }
    return OptionalLong.of(most);
  }

  /** Expected time until its devices are free, ns. */
  final long backlogNs(P task) {
    long most = 0;
    for (int i = 0; i < works(task).size(); i++) {
      most = Math.max(most, seats.get(i).place().backlogNs(run.costs(), task.kind()));
    }
    return most;
  }

  /**
   * When it would have finished the picture, counted from now, with all its devices are committed
   * to; ns. Empty if that is not known yet.
   */
  final OptionalLong finishNs(P task) {
    int units = unitsLeft(task);
    OptionalLong each = unitNs(task);
    return each.isPresent() || units == 0
        ? OptionalLong.of(backlogNs(task) + units * each.orElse(0))
        : OptionalLong.empty();
  }

  @Override
  public final void accepted(P task) {
    held++;
    List<Work> works = works(task);
    int units = unitsLeft(task);
    for (int i = 0; i < works.size(); i++) {
      task.commit(seats.get(i).place(), works.get(i), units);
    }
  }

  @Override
  public final void begun(P task) {
    workload.begun(task, name, device());
  }

  @Override
  public final Optional<Unit> next(P task) {
    if (unitsLeft(task) == 0) {
      return Optional.empty();
    }
    List<Work> works = works(task);
    workload.begin(task, works.getFirst());
    return Optional.of(new StageUnit<>(this, task, works));
  }

  /** A unit of the picture is done; under the engine's lock. */
  void unitDone(P task) {
    task.unitDone();
  }

  /** Tells listeners of it. */
  void tell(P task, int step, long startNs, long endNs) {}

  @Override
  public final void left(P task) {
    held--;
    task.release();
  }
}
