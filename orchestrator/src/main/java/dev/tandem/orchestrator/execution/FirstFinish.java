package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.pipeline.Chooser;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Chooses the station that is expected to finish a task first, not the one that is idle: an idle
 * slow device may well be the later one. A station of which nothing is known is tried once.
 */
final class FirstFinish implements Chooser<PictureTask> {
  private static final long TRY = -1;

  private final List<? extends PlacedStation> stations;

  FirstFinish(List<? extends PlacedStation> stations) {
    this.stations = stations;
  }

  @Override
  public int choose(PictureTask task, int count, IntPredicate hasRoom) {
    int best = 0;
    long bestNs = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      PlacedStation station = stations.get(i);
      long unknown = station.held() == 0 ? TRY : Long.MAX_VALUE;
      long finish = station.finishNs(task).orElse(unknown);
      if (finish < bestNs) {
        best = i;
        bestNs = finish;
      }
    }
    if (!hasRoom.test(best)) {
      return WAIT;
    }
    stations.get(best).commit(task);
    return best;
  }
}
