package dev.tandem.lab;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.graph.Cost;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.StagePlan;
import dev.tandem.stages.StepCache;
import dev.tandem.stages.sampling.Samplers;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The work of a U-Net in one form, counted in the graphs that a run compiles, for pictures of the
 * model's own size. A multiply-add is two of a graph's floating-point operations.
 *
 * @param graphs multiply-adds of each for a picture or a half of a guided one: the whole; or with a
 *     deep cache the whole and its shallow part; or with a first-block cache the first block and
 *     the rest
 * @param perStep evaluations of a step of the sampler, of which all are whole or none
 * @param halves of a step: 2 with guidance, each with a cache of its own
 */
record UNetWork(List<Double> graphs, StepCache cache, int perStep, int halves) {
  UNetWork {
    graphs = List.copyOf(graphs);
  }

  /**
   * Of a setting's model.
   *
   * @param plan in the setting's form
   * @param guidance scale of the pictures
   */
  static UNetWork of(ModelPlan plan, Setting setting, double guidance) {
    JsonNode config = plan.folder().scheduler().config().json();
    return new UNetWork(
        plan.stage(StagePlan.DENOISE).graphs(1, plan.ownWidth(), plan.ownHeight()).stream()
            .map(g -> Cost.of(g).flops() / 2.0)
            .toList(),
        plan.options().cache(),
        Samplers.of(setting.sampler(), config, setting.steps()).evaluationsPerStep(),
        plan.guided(guidance) ? 2 : 1);
  }

  /**
   * Multiply-adds for a picture.
   *
   * @param evaluations of the U-Net
   * @param runs of graphs on a device that computes both halves at once
   * @return NaN where it depends on the runs, and they were not counted
   */
  double multiplyAdds(int evaluations, int runs) {
    int ofHalf = evaluations / halves;
    double always = graphs.getFirst();
    if (graphs.size() == 1) {
      return evaluations * always;
    }
    return switch (cache) {
      case StepCache.None _ -> throw new IllegalStateException("without a cache, one graph is all");
      case StepCache.Deep deep -> {
        long full = IntStream.range(0, ofHalf).filter(i -> deep.full(i, perStep)).count();
        yield halves * (full * always + (ofHalf - full) * graphs.getLast());
      }
      case StepCache.FirstBlock _ ->
          runs == 0 ? Double.NaN : halves * (ofHalf * always + (runs - ofHalf) * graphs.getLast());
    };
  }
}
