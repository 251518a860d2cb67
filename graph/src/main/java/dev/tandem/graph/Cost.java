package dev.tandem.graph;

/**
 * Work of one node: floating-point operations (a multiply-add counts as two) and the bytes it must
 * read and write at least once.
 */
public record Cost(long flops, long bytesRead, long bytesWritten) {
  public static final Cost ZERO = new Cost(0, 0, 0);

  /** The cost of one node; views, inputs and weights cost nothing. */
  public static Cost of(Node n) {
    if (!n.isComputed()) {
      return ZERO;
    }
    long out = n.shape().elements();
    long flops =
        switch (n.op()) {
          case Op.Conv2d _, Op.QuantizedConv2d _ -> {
            Shape w = n.input(1).shape();
            yield 2 * out * w.dim(1) * w.dim(2) * w.dim(3);
          }
          case Op.Linear _, Op.QuantizedLinear _ -> 2 * out * n.input(1).shape().dim(1);
          case Op.GegluLinear _ -> 4 * out * n.input(1).shape().dim(1);
          case Op.MatMul _ -> 2 * out * n.input(0).shape().dim(-1);
          case Op.Attention _ -> 4 * out * n.input(1).shape().dim(1);
          case Op.GroupNorm _ -> 8 * out;
          case Op.LayerNorm _ -> 8 * out;
          case Op.Softmax _ -> 5 * out;
          case Op.Activate _ -> 4 * out;
          case Op.Geglu _ -> 6 * out;
          case Op.Add _, Op.Scale _ -> out;
          case Op.Quantize _ -> 2 * out;
          case Op.TimestepEmbedding _ -> 4 * out;
          case Op.Embedding _, Op.GatherRows _, Op.Upsample _, Op.Concat _ -> 0;
          case Op.Input _, Op.Weight _, Op.Dequantize _, Op.Reshape _ -> 0;
        };
    return new Cost(flops, bytesRead(n), n.bytes());
  }

  /** All operands once, but of a table only the rows that the indices pick. */
  private static long bytesRead(Node n) {
    return switch (n.op()) {
      case Op.Embedding _ -> n.bytes() + n.input(0).bytes();
      case Op.GatherRows _ -> n.bytes() + n.input(1).bytes();
      default -> n.inputs().stream().mapToLong(Cost::stored).sum();
    };
  }

  /**
   * Bytes in which a value lies in memory: of what is packed, those of what it is unpacked from.
   */
  private static long stored(Node n) {
    return n.op() instanceof Op.Dequantize
        ? n.inputs().stream().mapToLong(Node::bytes).sum()
        : n.bytes();
  }

  /** The cost of a whole graph. */
  public static Cost of(Graph g) {
    return g.nodes().stream().map(Cost::of).reduce(ZERO, Cost::plus);
  }

  public Cost plus(Cost o) {
    return new Cost(flops + o.flops, bytesRead + o.bytesRead, bytesWritten + o.bytesWritten);
  }
}
