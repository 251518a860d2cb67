package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.wiring.Wiring.Entries;
import dev.tandem.orchestrator.wiring.Wiring.Entry;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.StagePlan;
import java.util.List;

/** A model's stages as they are wired: all that its plan has, in the plan's order. */
public final class Pipelines {
  private Pipelines() {}

  /** The stages of a model's plan. */
  static Entries of(ModelPlan plan) {
    return of(
        plan.stages().stream()
            .map(StagePlan::key)
            .filter(key -> !key.equals(StagePlan.IMAGE))
            .toList());
  }

  /**
   * Stages by their keys.
   *
   * @param keys in the order of work; one is {@link StagePlan#DENOISE}
   */
  public static Entries of(List<String> keys) {
    int steps = keys.indexOf(StagePlan.DENOISE);
    List<Entry> all = keys.stream().map(key -> new Entry(key, name(key))).toList();
    return new Entries(all.subList(0, steps), all.get(steps), all.subList(steps + 1, all.size()));
  }

  /** As spans and reports have it. */
  private static String name(String key) {
    return key.equals(StagePlan.TEXT) ? "encode" : key;
  }
}
