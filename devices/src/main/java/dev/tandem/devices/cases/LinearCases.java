package dev.tandem.devices.cases;

import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.List;

/** Linear layers, their fused forms, and products of two computed matrices. */
final class LinearCases {
  private LinearCases() {}

  static List<OpCase> all() {
    List<OpCase> all = new ArrayList<>();
    all.add(linear(32, true, 2, 7, 20));
    all.add(linear(5, true, 1, 1, 3));
    all.add(linear(1, true, 3, 5, 7));
    all.add(linear(64, false, 2, 77, 48));
    all.add(linear(256, true, 2, 64));
    all.add(linear(33, true, 1, 129, 31));
    all.add(linear(12, true, 1, 3, 1000));
    all.add(linear(24, false, 2, 3, 5, 16));
    all.add(linear(40, true, 2, 9, 24).weights(DType.F16));
    all.add(linear(40, true, 2, 9, 24).weights(DType.BF16));
    for (Activation act : Activation.values()) {
      all.add(fused(act, true));
      all.add(fused(act, false));
    }
    all.add(geglu(20, true, 2, 9, 12));
    all.add(geglu(64, true, 2, 33, 16));
    all.add(geglu(7, false, 1, 1, 5));
    all.add(matMul(false, 1, new int[] {2, 9, 7}, new int[] {2, 7, 13}));
    all.add(matMul(true, 0.125f, new int[] {2, 9, 7}, new int[] {2, 13, 7}));
    all.add(matMul(true, 1, new int[] {2, 3, 33, 40}, new int[] {2, 3, 17, 40}));
    all.add(matMul(false, -2, new int[] {1, 1}, new int[] {1, 1}));
    all.add(matMul(false, 1, new int[] {64, 65}, new int[] {65, 66}));
    return all;
  }

  static OpCase linear(int out, boolean bias, int... dims) {
    return OpCase.of(
            "linear " + Shape.of(dims) + " -> " + out + (bias ? "" : " without bias"),
            b -> b.linear("l", b.input("x", Shape.of(dims), DType.F32), out, bias))
        .within(Tolerance.PRODUCT);
  }

  private static OpCase fused(Activation act, boolean residual) {
    Shape x = Shape.of(2, 19, 20);
    return OpCase.of(
            "linear " + x + " -> 20 " + (residual ? "+ residual " : "without bias ") + "+ " + act,
            b -> {
              Node in = b.input("x", x, DType.F32);
              Node w = b.weight("l.weight", 20, 20);
              return residual
                  ? b.add("l", new Op.Linear(true, true, act), in, w, b.weight("l.bias", 20), in)
                  : b.add("l", new Op.Linear(false, false, act), in, w);
            })
        .within(Tolerance.PRODUCT);
  }

  static OpCase geglu(int out, boolean bias, int... dims) {
    return OpCase.of(
            "geglulinear " + Shape.of(dims) + " -> " + out + (bias ? "" : " without bias"),
            b -> {
              Node x = b.input("x", Shape.of(dims), DType.F32);
              Node w = b.weight("l.weight", 2 * out, x.shape().dim(-1));
              return bias
                  ? b.add("l", new Op.GegluLinear(true), x, w, b.weight("l.bias", 2 * out))
                  : b.add("l", new Op.GegluLinear(false), x, w);
            })
        .within(Tolerance.PRODUCT);
  }

  static OpCase matMul(boolean transposeB, float scale, int[] first, int[] second) {
    Shape a = Shape.of(first);
    Shape c = Shape.of(second);
    return OpCase.of(
            "matmul %s x %s%s scale %s".formatted(a, c, transposeB ? " transposed" : "", scale),
            b ->
                b.matMul(
                    "m", b.input("x", a, DType.F32), b.input("b", c, DType.F32), transposeB, scale))
        .within(Tolerance.PRODUCT);
  }
}
