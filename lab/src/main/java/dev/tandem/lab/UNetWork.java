package dev.tandem.lab;

import dev.tandem.graph.Cost;
import dev.tandem.graph.Graph;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.StagePlan;
import dev.tandem.stages.StepCache;
import java.util.List;

/**
 * The work of a U-Net in one form, counted in the graphs that a run compiles, for pictures of the
 * model's own size. A multiply-add is two of a graph's floating-point operations.
 *
 * @param whole multiply-adds of an evaluation
 * @param shallow of one that takes the deep part over
 * @param halves of a step: 2 with guidance, each with a cache of its own
 */
record UNetWork(double whole, double shallow, StepCache cache, int halves) {
  /**
   * Of a model whose first graph of the stage is the whole U-Net, and the last one what a step
   * cache evaluates always.
   *
   * @param guidance scale of the pictures
   */
  static UNetWork of(ModelPlan plan, double guidance) {
    List<Graph> graphs = plan.stage(StagePlan.DENOISE).graphs(1, plan.ownWidth(), plan.ownHeight());
    return new UNetWork(
        Cost.of(graphs.getFirst()).flops() / 2.0,
        Cost.of(graphs.getLast()).flops() / 2.0,
        plan.options().cache(),
        plan.guided(guidance) ? 2 : 1);
  }

  /**
   * Multiply-adds for a picture; NaN where they depend on what it shows.
   *
   * @param evaluations of the U-Net
   */
  double multiplyAdds(int evaluations) {
    return switch (cache) {
      case StepCache.None _ -> evaluations * whole;
      case StepCache.FirstBlock f -> f.threshold() == 0 ? evaluations * whole : Double.NaN;
      case StepCache.Deep deep -> {
        int ofHalf = evaluations / halves;
        int full = Math.ceilDiv(ofHalf, deep.interval());
        yield halves * (full * whole + (ofHalf - full) * shallow);
      }
    };
  }
}
