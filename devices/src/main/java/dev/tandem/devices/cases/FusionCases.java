package dev.tandem.devices.cases;

import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.List;

/** Chains of operations as models have them: what fusion rewrites, and memory that is reused. */
final class FusionCases {
  private FusionCases() {}

  static List<OpCase> all() {
    return List.of(
        OpCase.of("residual block", FusionCases::residualBlock).within(Tolerance.CHAIN),
        OpCase.of("transformer block", FusionCases::transformerBlock).within(Tolerance.CHAIN),
        OpCase.of("chain of AutoencoderTiny", FusionCases::tinyBlock).within(Tolerance.CHAIN),
        OpCase.of("value with two readers is not folded away", FusionCases::twoReaders)
            .within(Tolerance.CHAIN),
        OpCase.of("input that stands behind other nodes", FusionCases::lateInput)
            .within(Tolerance.ELEMENTWISE),
        OpCase.of("text embedding", FusionCases::textEmbedding)
            .fill("ids", Fill.below(40))
            .fill("first", Fill.values(8, 3))
            .within(Tolerance.CHAIN));
  }

  /** {@code ResnetBlock2D} of diffusers with a time embedding and a shortcut convolution. */
  private static Node residualBlock(GraphBuilder b) {
    Node x = b.input("x", Shape.of(2, 9, 7, 20), DType.F32);
    Node time = b.input("time", Shape.of(2, 32), DType.F32);
    Node h = b.activate("act1", b.groupNorm("norm1", x, 4, 1e-5f), Activation.SILU);
    h = b.conv2d("conv1", h, 24, 3, 1, Op.Padding.same(1), true);
    Node t = b.linear("time", b.activate("act2", time, Activation.SILU), 24, true);
    h = b.add("plus_time", h, b.reshape("t", t, 2, 1, 1, 24));
    h = b.activate("act3", b.groupNorm("norm2", h, 4, 1e-5f), Activation.SILU);
    h = b.conv2d("conv2", h, 24, 3, 1, Op.Padding.same(1), true);
    Node shortcut = b.conv2d("shortcut", x, 24, 1, 1, Op.Padding.NONE, true);
    return b.add("sum", shortcut, h);
  }

  /** {@code BasicTransformerBlock} of diffusers: self and cross attention, GEGLU. */
  private static Node transformerBlock(GraphBuilder b) {
    Node x = b.input("x", Shape.of(2, 21, 32), DType.F32);
    Node text = b.input("text", Shape.of(2, 7, 24), DType.F32);
    Node h = x;
    Node n = b.layerNorm("norm1", h, 1e-5f);
    h = b.add("sum1", attention(b, "self", n, n), h);
    n = b.layerNorm("norm2", h, 1e-5f);
    h = b.add("sum2", attention(b, "cross", n, text), h);
    n = b.layerNorm("norm3", h, 1e-5f);
    Node wide = b.geglu("geglu", b.linear("wide", n, 256, true));
    return b.add("sum3", b.linear("narrow", wide, 32, true), h);
  }

  private static Node attention(GraphBuilder b, String name, Node x, Node context) {
    Node q = b.linear(name + ".q", x, 32, false);
    Node k = b.linear(name + ".k", context, 32, false);
    Node v = b.linear(name + ".v", context, 32, false);
    Node a = b.attention(name, q, k, v, 4, false, (float) (1 / Math.sqrt(8)));
    return b.linear(name + ".out", a, 32, true);
  }

  /** {@code AutoencoderTinyBlock}: the activation follows the sum. */
  private static Node tinyBlock(GraphBuilder b) {
    Node x = b.input("x", Shape.of(1, 6, 5, 12), DType.F32);
    Node h = b.conv2d("c0", x, 12, 3, 1, Op.Padding.same(1), true);
    h = b.conv2d("c1", b.activate("a0", h, Activation.RELU), 12, 3, 1, Op.Padding.same(1), true);
    return b.upsample("up", b.activate("a1", b.add("sum", h, x), Activation.RELU), 12, 10);
  }

  private static Node twoReaders(GraphBuilder b) {
    Node x = b.input("x", Shape.of(1, 5, 5, 8), DType.F32);
    Node c = b.conv2d("c", x, 8, 3, 1, Op.Padding.same(1), true);
    Node a = b.activate("a", c, Activation.SILU);
    Node doubled = b.add("doubled", c, c);
    return b.concat("both", b.add("sum", a, doubled), a, 3);
  }

  /** Inputs are written before the run: no value may use their memory, even an earlier one. */
  private static Node lateInput(GraphBuilder b) {
    Node x = b.scale("a", b.input("x", Shape.of(3, 7), DType.F32), 2, 1);
    x = b.scale("c", b.scale("b", x, 2, 0), 0.5f, 0);
    Node late = b.input("late", Shape.of(3, 7), DType.F32);
    return b.add("sum2", b.add("sum", x, late), late);
  }

  /** Token and position embeddings of CLIP, a causal layer, and the pooled row. */
  private static Node textEmbedding(GraphBuilder b) {
    Node ids = b.input("ids", Shape.of(2, 9), DType.I32);
    Node tokens = b.embedding("tokens", ids, b.weight("token_table", 40, 16));
    Node positions = b.reshape("p", b.weight("position_table", 9, 16), 1, 9, 16);
    Node h = b.layerNorm("norm", b.add("sum", tokens, positions), 1e-5f);
    h = b.attention("a", h, h, h, 2, true, 0.35f);
    h = b.activate("gelu", b.linear("l", h, 16, true), Activation.QUICK_GELU);
    Node first = b.input("first", Shape.of(2), DType.I32);
    return b.gatherRows("pooled", h, first);
  }
}
