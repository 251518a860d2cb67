package dev.tandem.orchestrator.pipeline;

import java.util.Optional;

/**
 * A stage in its place.
 *
 * @param holds tasks it may hold, the one at work and those waiting: at least 1
 * @param next where its tasks go on; empty if it is the last
 */
public record Station<T>(PipelineStage<T> stage, int holds, Optional<Junction<T>> next) {
  public Station {
    if (holds < 1) {
      throw new IllegalArgumentException(
          "stage '" + stage.name() + "' may hold " + holds + " tasks: it must be at least 1");
    }
  }
}
