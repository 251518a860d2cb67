package dev.tandem.devices.cases;

import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Group norm, layer norm and softmax, with values that break careless forms of them. */
final class NormCases {
  private NormCases() {}

  static List<OpCase> all() {
    List<OpCase> all = new ArrayList<>();
    all.add(group(4, Activation.NONE, 1, 8, 8, 16));
    all.add(group(32, Activation.NONE, 2, 5, 7, 64));
    all.add(group(1, Activation.NONE, 1, 3, 3, 10));
    all.add(group(10, Activation.NONE, 3, 3, 5, 10));
    all.add(group(3, Activation.NONE, 2, 17, 23, 21));
    all.add(group(2, Activation.NONE, 1, 1, 1, 6));
    for (Activation act : Activation.values()) {
      if (act != Activation.NONE) {
        all.add(group(5, act, 2, 6, 5, 20));
      }
    }
    // The mean is far from 0: mean(x^2) - mean(x)^2 in F32 would lose everything.
    OpCase cancel = group(2, Activation.NONE, 1, 12, 11, 12).within(Tolerance.NORM_FAR_FROM_ZERO);
    all.add(cancel.fill("x", Fill.uniform(1000, 1)).renamed("groupnorm about 1000").onlyF32());
    // About 4 and not more: from 8 on, rounding x to F16 alone costs more than the F16 bound.
    all.add(cancel.fill("x", Fill.uniform(4, 1)).renamed("groupnorm about 4"));
    all.add(cancel.fill("x", Fill.values(3)).renamed("groupnorm of a constant"));
    // The first pixel is no estimate of the others.
    all.add(
        group(4, Activation.NONE, 1, 9, 37, 12)
            .fill("x", (random, i) -> (i < 12 ? 500 : 0) + 2 * random.nextDouble() - 1)
            .renamed("groupnorm, first pixel far from the others")
            .onlyF32());
    all.add(group(4, Activation.SILU, 1, 70, 70, 64));
    all.add(layer(1, 3, 16));
    all.add(layer(2, 77, 48));
    all.add(layer(2, 5, 7));
    all.add(layer(1, 2, 1000));
    all.add(layer(4, 20));
    OpCase rows = layer(2, 9, 33).within(Tolerance.NORM_FAR_FROM_ZERO);
    all.add(rows.fill("x", Fill.uniform(-1000, 1)).renamed("layernorm about -1000").onlyF32());
    all.add(softmax(1, 2, 3, 17));
    all.add(softmax(0.125f, 1, 64, 64));
    all.add(softmax(1, 2, 1));
    all.add(softmax(-0.5f, 3, 1025));
    all.add(
        softmax(1, 5, 40)
            .fill("x", Fill.uniform(20_000, 40))
            .renamed("softmax of large values")
            .onlyF32());
    all.add(softmax(1, 4, 9).fill("x", Fill.uniform(0, 60_000)).renamed("softmax of extremes"));
    return all;
  }

  static OpCase group(int groups, Activation act, int... dims) {
    int c = dims[3];
    return OpCase.of(
            String.format(Locale.ROOT, "groupnorm %d groups %s %s", groups, act, Shape.of(dims)),
            b ->
                b.add(
                    "n",
                    new Op.GroupNorm(groups, 1e-5f, act),
                    b.input("x", Shape.of(dims), DType.F32),
                    b.weight("n.weight", c),
                    b.weight("n.bias", c)))
        .within(Tolerance.NORM);
  }

  static OpCase layer(int... dims) {
    return OpCase.of(
            "layernorm " + Shape.of(dims),
            b -> b.layerNorm("n", b.input("x", Shape.of(dims), DType.F32), 1e-5f))
        .within(Tolerance.NORM);
  }

  static OpCase softmax(float scale, int... dims) {
    return OpCase.of(
            "softmax " + Shape.of(dims) + " scale " + scale,
            b -> b.softmax("s", b.input("x", Shape.of(dims), DType.F32), scale))
        .within(Tolerance.NORM);
  }
}
