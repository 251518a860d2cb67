package dev.tandem.orchestrator.pipeline;

import java.util.List;
import java.util.Optional;

/**
 * Where a task goes on to one of several stations. Every junction is a place of its own: two are
 * never equal. A station belongs to one junction.
 */
public final class Junction<T> {
  private final List<Station<T>> stations;
  private final Chooser<T> chooser;

  public Junction(List<Station<T>> stations, Chooser<T> chooser) {
    if (stations.isEmpty()) {
      throw new IllegalArgumentException("a junction needs at least one station");
    }
    this.stations = List.copyOf(stations);
    this.chooser = chooser;
  }

  /** Stages one after the other. */
  public static <T> Junction<T> chain(List<? extends PipelineStage<T>> stages, int holds) {
    if (stages.isEmpty()) {
      throw new IllegalArgumentException("a pipeline needs at least one stage");
    }
    Optional<Junction<T>> next = Optional.empty();
    for (PipelineStage<T> stage : stages.reversed()) {
      Station<T> station = new Station<>(stage, holds, next);
      next = Optional.of(new Junction<>(List.of(station), Chooser.firstWithRoom()));
    }
    return next.orElseThrow();
  }

  public List<Station<T>> stations() {
    return stations;
  }

  Chooser<T> chooser() {
    return chooser;
  }
}
