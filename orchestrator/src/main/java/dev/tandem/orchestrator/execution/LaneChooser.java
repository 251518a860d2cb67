package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.pipeline.Chooser;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

/**
 * Gives a picture to a lane. Of the lanes that are free, the fastest takes it, unless the others
 * would have made all pictures that are left before this lane had made one: so a slow lane takes
 * part as long as it helps, and a lane that turns out to lag is given less.
 */
final class LaneChooser implements Chooser<PictureTask> {
  private final RunContext run;
  private final List<DenoiseStation> lanes;
  private final AtomicInteger left;

  /**
   * A chooser for the first stations of the lanes.
   *
   * @param left pictures that no lane has taken yet; counted down here
   */
  LaneChooser(RunContext run, List<DenoiseStation> lanes, AtomicInteger left) {
    this.run = run;
    this.lanes = lanes;
    this.left = left;
  }

  @Override
  public int choose(PictureTask task, int count, IntPredicate hasRoom) {
    double[] pictureNs = pictureNs(task.job());
    int best = WAIT;
    for (int i = 0; i < count; i++) {
      if (hasRoom.test(i) && (best == WAIT || pictureNs[i] < pictureNs[best])) {
        best = i;
      }
    }
    if (best != WAIT && count > 1 && othersFinishFirst(best, pictureNs, task.job())) {
      return WAIT;
    }
    if (best != WAIT) {
      lanes.get(best).commit(task);
      left.decrementAndGet();
    }
    return best;
  }

  /** Whether the other lanes make all that is left sooner than this one makes a picture. */
  private boolean othersFinishFirst(int lane, double[] pictureNs, PictureJob job) {
    double rate = 0;
    double late = 0;
    for (int i = 0; i < pictureNs.length; i++) {
      if (i != lane && lanes.get(i).held() > 0) {
        rate += 1 / pictureNs[i];
        late += Math.min(1, lanes.get(i).backlogNs(job) / pictureNs[i]);
      }
    }
    return rate > 0 && (Math.max(1, left.get()) + late) / rate < pictureNs[lane];
  }

  /** Expected time of a picture in each lane; by the lanes' shares until all are measured. */
  private double[] pictureNs(PictureJob job) {
    double[] ns = new double[lanes.size()];
    for (int i = 0; i < ns.length; i++) {
      OptionalLong known = pictureNs(lanes.get(i), job);
      if (known.isEmpty()) {
        return lanes.stream().mapToDouble(l -> 1 / l.lane().share()).toArray();
      }
      ns[i] = known.getAsLong();
    }
    return ns;
  }

  private OptionalLong pictureNs(DenoiseStation lane, PictureJob job) {
    OptionalLong step = lane.stepNs(job);
    OptionalLong decode =
        lane.lane().decode().stream()
            .map(d -> run.costs().ns(Work.DECODE, d, job))
            .flatMapToLong(OptionalLong::stream)
            .min();
    return step.isPresent() && decode.isPresent()
        ? OptionalLong.of(job.evaluations() * step.getAsLong() + decode.getAsLong())
        : OptionalLong.empty();
  }
}
