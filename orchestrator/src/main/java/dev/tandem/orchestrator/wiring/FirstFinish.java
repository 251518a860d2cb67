package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.engine.Chooser;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Chooses the station that is expected to finish a picture first, not the one that is idle: an idle
 * slow device may well be the later one. A station of which nothing is known is tried once.
 */
final class FirstFinish<P extends PictureTask> implements Chooser<P> {
  private static final long TRY = -1;

  private final List<? extends PlacedStage<P>> stages;

  FirstFinish(List<? extends PlacedStage<P>> stages) {
    this.stages = stages;
  }

  @Override
  public int choose(P task, IntPredicate hasRoom) {
    int best = 0;
    long bestNs = Long.MAX_VALUE;
    for (int i = 0; i < stages.size() && stages.size() > 1; i++) {
      long unknown = stages.get(i).held() == 0 ? TRY : Long.MAX_VALUE;
      long finish = stages.get(i).finishNs(task).orElse(unknown);
      if (finish < bestNs) {
        best = i;
        bestNs = finish;
      }
    }
    return hasRoom.test(best) ? best : WAIT;
  }
}
