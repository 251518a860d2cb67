package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.engine.Chooser;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntPredicate;

/**
 * Gives a picture to a lane. Of the lanes that are free, the fastest takes it, unless the others
 * would have made all pictures that are left before this lane had made one: so a slow lane takes
 * part as long as it helps, and a lane that turns out to lag is given less.
 */
final class LaneChooser<P extends PictureTask> implements Chooser<P> {
  private final RunContext run;
  private final List<StepsStage<P>> lanes;
  private final List<Work> after;
  private final PicturesLeft left;

  /**
   * A chooser for the first stations of the lanes.
   *
   * @param after what a lane does after its steps
   * @param left pictures that no lane has taken yet; counted down here
   */
  LaneChooser(RunContext run, List<StepsStage<P>> lanes, List<Work> after, PicturesLeft left) {
    this.run = run;
    this.lanes = lanes;
    this.after = after;
    this.left = left;
  }

  @Override
  public int choose(P task, IntPredicate hasRoom) {
    int lane = lanes.size() > 1 ? chooseOfSeveral(task, hasRoom) : hasRoom.test(0) ? 0 : WAIT;
    if (lane != WAIT) {
      task.takenBy(lane);
      left.take();
    }
    return lane;
  }

  private int chooseOfSeveral(P task, IntPredicate hasRoom) {
    double[] pictureNs = pictureNs(task);
    int best = WAIT;
    for (int i = 0; i < lanes.size(); i++) {
      if (hasRoom.test(i) && (best == WAIT || pictureNs[i] < pictureNs[best])) {
        best = i;
      }
    }
    return best == WAIT || othersFinishFirst(best, pictureNs, task) ? WAIT : best;
  }

  /** Whether the other lanes make all that is left sooner than this one makes a picture. */
  private boolean othersFinishFirst(int lane, double[] pictureNs, P task) {
    double rate = 0;
    double late = 0;
    for (int i = 0; i < pictureNs.length; i++) {
      if (i != lane && lanes.get(i).held() > 0) {
        rate += 1 / pictureNs[i];
        late += Math.min(1, lanes.get(i).backlogNs(task) / pictureNs[i]);
      }
    }
    return rate > 0 && (Math.max(1, left.count()) + late) / rate < pictureNs[lane];
  }

  /** Expected time of a picture in each lane; by the lanes' shares until all are measured. */
  private double[] pictureNs(P task) {
    double[] ns = new double[lanes.size()];
    for (int i = 0; i < ns.length; i++) {
      OptionalLong known = pictureNs(lanes.get(i), task);
      if (known.isEmpty()) {
        return lanes.stream().mapToDouble(l -> 1 / l.lane().share()).toArray();
      }
      ns[i] = known.getAsLong();
    }
    return ns;
  }

  private OptionalLong pictureNs(StepsStage<P> stage, P task) {
    OptionalLong step = stage.unitNs(task);
    if (step.isEmpty()) {
      return step;
    }
    long ns = task.kind().evaluations() * step.getAsLong();
    for (Work work : after) {
      OptionalLong least = leastNs(stage.lane(), work, task);
      if (least.isEmpty()) {
        return least;
      }
      ns += least.getAsLong();
    }
    return OptionalLong.of(ns);
  }

  private OptionalLong leastNs(Lane lane, Work work, P task) {
    return lane.devices(work.stage()).stream()
        .map(d -> run.costs().ns(work, d, task.kind()))
        .flatMapToLong(OptionalLong::stream)
        .min();
  }
}
