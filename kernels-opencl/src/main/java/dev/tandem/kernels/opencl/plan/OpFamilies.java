package dev.tandem.kernels.opencl.plan;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;

/** Which class turns which operation into kernels. */
final class OpFamilies {
  private OpFamilies() {}

  static void lower(Lowering low, Node n) {
    switch (n.op()) {
      case Op.Conv2d c -> MatrixOps.conv2d(low, n, c);
      case Op.Linear l -> MatrixOps.linear(low, n, l);
      case Op.GegluLinear g -> MatrixOps.gegluLinear(low, n, g);
      case Op.MatMul m -> MatrixOps.matMul(low, n, m);
      case Op.Attention a -> AttentionOps.attention(low, n, a);
      case Op.GroupNorm g -> NormOps.groupNorm(low, n, g);
      case Op.LayerNorm l -> NormOps.layerNorm(low, n, l);
      case Op.Softmax s -> NormOps.softmax(low, n, s);
      case Op.Activate a -> ElementOps.activate(low, n, a);
      case Op.Geglu _ -> ElementOps.geglu(low, n);
      case Op.Add _ -> ElementOps.add(low, n);
      case Op.Scale s -> ElementOps.scale(low, n, s);
      case Op.Concat c -> MoveOps.concat(low, n, c);
      case Op.Upsample _ -> MoveOps.upsample(low, n);
      case Op.Embedding _ -> MoveOps.embedding(low, n);
      case Op.GatherRows _ -> MoveOps.gatherRows(low, n);
      case Op.TimestepEmbedding t -> MoveOps.timestep(low, n, t);
      case Op.Quantize _ -> QuantizedOps.quantize(low, n);
      case Op.QuantizedConv2d c -> QuantizedOps.conv2d(low, n, c);
      case Op.QuantizedLinear l -> QuantizedOps.linear(low, n, l);
      case Op.Input _, Op.Weight _, Op.Dequantize _, Op.Reshape _ -> {}
    }
  }
}
