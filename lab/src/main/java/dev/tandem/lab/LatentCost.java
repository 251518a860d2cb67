package dev.tandem.lab;

import dev.tandem.graph.Cost;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;

/**
 * What one evaluation of a U-Net takes, counted in its graph.
 *
 * @param flops floating-point operations; a multiply-add is two
 * @param attentionFlops those of attentions: they grow with the square of the values' number
 * @param peakBytes the largest sum of activations that are alive at one time, F32, with fused
 *     operations: no device needs less
 * @param scoreBytes of the largest matrix of attention scores, F32; a device that computes
 *     attention in tiles has no such matrix
 */
record LatentCost(long flops, long attentionFlops, long peakBytes, long scoreBytes) {

  /** Of one evaluation. */
  static LatentCost of(Graph graph) {
    long attention = 0;
    long scores = 0;
    for (Node n : graph.nodes()) {
      if (n.op() instanceof Op.Attention a) {
        attention += Cost.of(n).flops();
        long queries = n.input(0).shape().elements() / n.input(0).shape().dim(-1);
        scores = Math.max(scores, queries * Float.BYTES * a.heads() * n.input(1).shape().dim(1));
      }
    }
    return new LatentCost(
        Cost.of(graph).flops(),
        attention,
        MemoryPlan.of(Fusion.apply(graph), 1).peakLiveBytes(),
        scores);
  }
}
