package dev.tandem.devices.cases;

import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Op.Padding;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Products of whole numbers, the rounding before them, and weights of 8 and 4 bits. Sums of whole
 * numbers are exact, so all devices agree but for the rounding of what follows.
 */
final class QuantizedCases {
  private static final int[] GROUPS = {32, 64};
  private static final Shape GATED = Shape.of(96, 40);

  private QuantizedCases() {}

  static List<OpCase> all() {
    List<OpCase> all = new ArrayList<>();
    all.add(quantize(1, 2, 5, 7, 3));
    all.add(quantize(20, 2, 9, 20));
    all.add(quantize(1, 1, 2, 1025));
    all.add(conv(Padding.same(1), 3, 1, true, 2, 9, 7, 20, 24));
    all.add(conv(Padding.same(1), 3, 2, true, 1, 8, 11, 3, 5));
    all.add(conv(new Padding(0, 0, 1, 1), 3, 2, true, 1, 8, 8, 16, 33));
    all.add(conv(Padding.NONE, 1, 1, false, 2, 5, 5, 65, 17));
    all.add(conv(Padding.same(1), 3, 1, true, 1, 4, 4, 256, 64));
    all.add(linear(32, true, 2, 7, 20));
    all.add(linear(5, true, 1, 1, 3));
    all.add(linear(64, false, 2, 77, 48));
    all.add(linear(33, true, 1, 129, 31));
    all.add(extremes("largest", 1, 1));
    all.add(extremes("smallest", -1, 1));
    all.add(extremes("largest against smallest", 1, -1));
    all.add(linearExtremes(1, 1));
    all.add(linearExtremes(-1, 1));
    for (Activation act : Activation.values()) {
      all.add(fused(act, true));
      all.add(fused(act, false));
    }
    all.add(afterGroupNorm());
    all.add(afterLayerNorm());
    all.add(gated());
    all.add(packedConv(8, 0, 3, 1, 28, 28, 16, 20));
    all.add(packedConv(4, 32, 3, 1, 8, 8, 4, 4));
    for (int bits : new int[] {8, 4}) {
      for (int group : bits == 8 ? new int[] {0} : GROUPS) {
        all.add(packedLinear(bits, group, 24, 2, 9, 130));
        all.add(packedLinear(bits, group, 7, 1, 3, 31));
        all.add(packedConv(bits, group, 3, 2, 9, 7, 20, 24));
        all.add(packedConv(bits, group, 1, 1, 5, 5, 33, 9));
        all.add(packedTable(bits, group));
      }
    }
    for (DType type : List.of(DType.F16, DType.BF16)) {
      all.add(gated("stored in " + type, b -> b.weight("w", new Op.Weight(GATED, type))));
    }
    all.add(gated("of 8 bits", b -> packed(b, GATED, 8, 0)));
    all.add(gated("of 4 bits", b -> packed(b, GATED, 4, 32)));
    return all;
  }

  /** A layer that devices compute in two halves, each with its half of the weight. */
  private static OpCase gated(String stored, Function<GraphBuilder, Node> weight) {
    return OpCase.of(
            "linear + geglu with a weight " + stored,
            b -> {
              Op linear = new Op.Linear(true, false, Activation.NONE);
              Node x = b.input("x", Shape.of(2, 9, GATED.dim(1)), DType.F32);
              Node bias = b.weight("bias", GATED.dim(0));
              return b.geglu("y", b.add("wide", linear, x, weight.apply(b), bias));
            })
        .within(Tolerance.PRODUCT);
  }

  private static OpCase quantize(int scales, int... dims) {
    return OpCase.of(
            "quantize " + Shape.of(dims) + " by " + scales,
            b -> dequantised(b, quantised(b, b.input("x", Shape.of(dims), DType.F32), scales)))
        .within(Tolerance.QUANTIZED);
  }

  /** The whole numbers as real ones: their product with the unit matrix. */
  private static Node dequantised(GraphBuilder b, Node q) {
    int c = q.shape().dim(-1);
    Node unit = b.weight("unit", new Op.Weight(Shape.of(c, c), DType.I8));
    return b.add(
        "y", new Op.QuantizedLinear(false, false, Activation.NONE), q, unit, b.weight("ones", c));
  }

  private static Node quantised(GraphBuilder b, Node x, int scales) {
    return b.add("q", new Op.Quantize(), x, b.weight("inverse", scales));
  }

  private static OpCase conv(Padding padding, int kernel, int stride, boolean bias, int... sizes) {
    Shape x = Shape.of(sizes[0], sizes[1], sizes[2], sizes[3]);
    int out = sizes[4];
    return OpCase.of(
            "quantizedconv2d %sx%s stride %s %s %s -> %s%s"
                .formatted(kernel, kernel, stride, padding, x, out, bias ? "" : " without bias"),
            b -> {
              Node q = quantised(b, b.input("x", x, DType.F32), x.dim(3));
              Shape w = Shape.of(out, x.dim(3), kernel, kernel);
              Op op = new Op.QuantizedConv2d(stride, padding, bias, false, Activation.NONE);
              return product(b, op, q, w, bias);
            })
        .within(Tolerance.QUANTIZED);
  }

  private static OpCase linear(int out, boolean bias, int... dims) {
    Shape x = Shape.of(dims);
    return OpCase.of(
            "quantizedlinear " + x + " -> " + out + (bias ? "" : " without bias"),
            b -> {
              Node q = quantised(b, b.input("x", x, DType.F32), 1);
              Op op = new Op.QuantizedLinear(bias, false, Activation.NONE);
              return product(b, op, q, Shape.of(out, x.dim(-1)), bias);
            })
        .within(Tolerance.QUANTIZED);
  }

  private static Node product(GraphBuilder b, Op op, Node q, Shape weight, boolean bias) {
    Node w = b.weight("w", new Op.Weight(weight, DType.I8));
    Node scale = b.weight("scale", weight.dim(0));
    return bias
        ? b.add("y", op, q, w, scale, b.weight("bias", weight.dim(0)))
        : b.add("y", op, q, w, scale);
  }

  /** Sums of 9 x 40 products of the largest numbers there are: 16-bit sums would overflow. */
  private static OpCase extremes(String name, int x, int w) {
    return conv(Padding.same(1), 3, 1, true, 1, 5, 6, 40, 17)
        .renamed("quantizedconv2d of the " + name + " numbers")
        .fill("x", Fill.values(1000 * x))
        .fill("w", Fill.values(127 * w));
  }

  private static OpCase linearExtremes(int x, int w) {
    return linear(17, true, 3, 341)
        .renamed("quantizedlinear of " + 127 * x + " and " + 127 * w)
        .fill("x", Fill.values(1000 * x))
        .fill("w", Fill.values(127 * w));
  }

  private static OpCase fused(Activation act, boolean residual) {
    Shape x = Shape.of(2, 5, 4, 20);
    return OpCase.of(
            "quantizedconv2d + " + (residual ? "residual + " : "time + ") + act,
            b -> {
              Node in = b.input("x", x, DType.F32);
              Node addend = residual ? in : b.input("t", Shape.of(2, 1, 1, 20), DType.F32);
              return b.add(
                  "y",
                  new Op.QuantizedConv2d(1, Padding.same(1), true, true, act),
                  quantised(b, in, 1),
                  b.weight("w", new Op.Weight(Shape.of(20, 20, 3, 3), DType.I8)),
                  b.weight("scale", 20),
                  b.weight("bias", 20),
                  addend);
            })
        .within(Tolerance.QUANTIZED);
  }

  /** What rounds may be computed with what is rounded; what lies between must not be spoilt. */
  private static OpCase afterGroupNorm() {
    Shape x = Shape.of(2, 6, 5, 24);
    return OpCase.of(
            "groupnorm + SILU + quantizedconv2d + residual",
            b -> {
              Node in = b.input("x", x, DType.F32);
              Node norm = b.activate("silu", b.groupNorm("norm", in, 4, 1e-5f), Activation.SILU);
              return b.add(
                  "y",
                  new Op.QuantizedConv2d(1, Padding.same(1), true, true, Activation.NONE),
                  quantised(b, norm, 24),
                  b.weight("w", new Op.Weight(Shape.of(24, 24, 3, 3), DType.I8)),
                  b.weight("scale", 24),
                  b.weight("bias", 24),
                  in);
            })
        .within(Tolerance.ROUNDED);
  }

  private static OpCase afterLayerNorm() {
    return OpCase.of(
            "layernorm + quantizedlinear + residual",
            b -> {
              Node in = b.input("x", Shape.of(2, 13, 40), DType.F32);
              return b.add(
                  "y",
                  new Op.QuantizedLinear(true, true, Activation.NONE),
                  quantised(b, b.layerNorm("norm", in, 1e-5f), 40),
                  b.weight("w", new Op.Weight(Shape.of(40, 40), DType.I8)),
                  b.weight("scale", 40),
                  b.weight("bias", 40),
                  in);
            })
        .within(Tolerance.ROUNDED);
  }

  private static OpCase gated() {
    return OpCase.of(
            "quantizedlinear + geglu + quantizedlinear",
            b -> {
              Node in = b.input("x", Shape.of(2, 13, 40), DType.F32);
              Node both = product(b, linear(true), quantised(b, in, 1), Shape.of(96, 40), true);
              Node gated = b.geglu("geglu", both);
              return b.add(
                  "z",
                  linear(false),
                  b.add("q2", new Op.Quantize(), gated, b.weight("inverse2", 48)),
                  b.weight("w2", new Op.Weight(Shape.of(40, 48), DType.I8)),
                  b.weight("scale2", 40));
            })
        .within(Tolerance.ROUNDED);
  }

  private static Op linear(boolean bias) {
    return new Op.QuantizedLinear(bias, false, Activation.NONE);
  }

  private static OpCase packedLinear(int bits, int group, int out, int... dims) {
    Shape x = Shape.of(dims);
    return OpCase.of(
            "linear " + x + " -> " + out + " of " + stored(bits, group),
            b ->
                b.add(
                    "y",
                    new Op.Linear(true, false, Activation.NONE),
                    b.input("x", x, DType.F32),
                    packed(b, Shape.of(out, x.dim(-1)), bits, group),
                    b.weight("bias", out)))
        .within(Tolerance.PRODUCT);
  }

  private static OpCase packedConv(int bits, int group, int kernel, int... sizes) {
    Shape x = Shape.of(sizes[0], sizes[1], sizes[2], sizes[3]);
    int out = sizes[4];
    return OpCase.of(
            "conv2d %sx%s %s -> %s of %s".formatted(kernel, kernel, x, out, stored(bits, group)),
            b ->
                b.add(
                    "y",
                    new Op.Conv2d(1, Padding.same(kernel / 2), true, false, Activation.NONE),
                    b.input("x", x, DType.F32),
                    packed(b, Shape.of(out, x.dim(3), kernel, kernel), bits, group),
                    b.weight("bias", out)))
        .within(Tolerance.PRODUCT);
  }

  private static OpCase packedTable(int bits, int group) {
    return OpCase.of(
            "embedding of " + stored(bits, group),
            b ->
                b.add(
                    "y",
                    new Op.Embedding(),
                    b.input("ids", Shape.of(2, 5), DType.I32),
                    packed(b, Shape.of(11, 37), bits, group)))
        .fill("ids", Fill.below(11))
        .within(Tolerance.ELEMENTWISE);
  }

  private static String stored(int bits, int group) {
    return bits + " bits" + (group == 0 ? "" : " in groups of " + group);
  }

  private static Node packed(GraphBuilder b, Shape shape, int bits, int group) {
    int row = Math.toIntExact(shape.elements() / shape.dim(0));
    int size = group == 0 ? row : group;
    Shape numbers = bits == 8 ? shape : Shape.of(shape.dim(0), Math.ceilDiv(row, 2));
    return b.add(
        "w",
        new Op.Dequantize(shape, bits, size),
        b.weight("w.numbers", new Op.Weight(numbers, DType.I8)),
        b.weight("w.scale", shape.dim(0), Math.ceilDiv(row, size)));
  }
}
