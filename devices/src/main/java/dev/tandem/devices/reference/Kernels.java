package dev.tandem.devices.reference;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;

/** Chooses the kernel of every operation. */
final class Kernels {
  private final Values values;
  private final Workers workers;

  Kernels(Values values, Workers workers) {
    this.values = values;
    this.workers = workers;
  }

  /** The kernel that computes {@code n} into {@code out}. */
  Kernel of(Node n, float[] out) {
    return switch (n.op()) {
      case Op.Conv2d c -> Convolutions.conv2d(n, c, values, workers, out);
      case Op.Quantize _ -> Quantized.quantize(n, values, workers, out);
      case Op.QuantizedConv2d c -> Quantized.conv2d(n, c, values, workers, out);
      case Op.QuantizedLinear l -> Quantized.linear(n, l, values, workers, out);
      case Op.Linear l -> Linears.linear(n, l, values, workers, out);
      case Op.GegluLinear g -> Linears.gegluLinear(n, g, values, workers, out);
      case Op.MatMul m -> MatrixProducts.matMul(n, m, values, workers, out);
      case Op.GroupNorm g -> Norms.groupNorm(n, g, values, workers, out);
      case Op.LayerNorm l -> Norms.layerNorm(n, l, values, workers, out);
      case Op.Softmax s -> Norms.softmax(n, s, values, workers, out);
      case Op.Attention a -> Attentions.attention(n, a, values, workers, out);
      case Op.Activate a -> Elementwise.activate(n, a, values, workers, out);
      case Op.Geglu _ -> Elementwise.geglu(n, values, workers, out);
      case Op.Add _ -> Elementwise.add(n, values, out);
      case Op.Scale s -> Elementwise.scale(n, s, values, out);
      case Op.Upsample u -> Resampling.upsample(n, u, values, out);
      case Op.Concat c -> Resampling.concat(n, c, values, out);
      case Op.Embedding _ -> Embeddings.embedding(n, values, out);
      case Op.GatherRows _ -> Embeddings.gatherRows(n, values, out);
      case Op.TimestepEmbedding t -> Embeddings.timestep(n, t, values, out);
      case Op.Input _, Op.Weight _, Op.Dequantize _, Op.Reshape _ ->
          throw new IllegalArgumentException("nothing to compute for " + n);
    };
  }
}
