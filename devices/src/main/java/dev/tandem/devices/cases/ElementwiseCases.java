package dev.tandem.devices.cases;

import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.List;

/** Activations, GEGLU, additions with every kind of broadcast, scaling. */
final class ElementwiseCases {
  private ElementwiseCases() {}

  static List<OpCase> all() {
    List<OpCase> all = new ArrayList<>();
    for (Activation act : Activation.values()) {
      all.add(activate(act, 2, 5, 7, 9));
      OpCase wide = activate(act, 1, 1001);
      // Far out, where exp overflows and erf saturates; 0 is among them.
      all.add(
          wide.fill("x", (_, i) -> (i - 500) * 0.5)
              .renamed("activate " + act + " from -250 to 250"));
      all.add(wide.fill("x", Fill.uniform(0, 0.01)).renamed("activate " + act + " near 0"));
    }
    all.add(
        activate(Activation.SILU, 1, 3)
            .fill("x", Fill.values(-3e38, 3e38, -1e4))
            .renamed("activate SILU at the ends of F32")
            .onlyF32());
    all.add(geglu(2, 7, 10));
    all.add(geglu(1, 1, 2));
    all.add(geglu(1, 33, 256));
    all.add(add(new int[] {2, 5, 7, 9}, new int[] {2, 5, 7, 9}));
    all.add(add(new int[] {2, 5, 7, 9}, new int[] {2, 1, 1, 9})); // time embedding
    all.add(add(new int[] {2, 5, 9}, new int[] {1, 5, 9})); // positions
    all.add(add(new int[] {2, 5, 9}, new int[] {1, 1, 9})); // a bias
    all.add(add(new int[] {2, 5, 9}, new int[] {2, 5, 1}));
    all.add(add(new int[] {3, 4, 5, 6}, new int[] {1, 4, 1, 6}));
    all.add(add(new int[] {3, 4}, new int[] {1, 1}));
    all.add(add(new int[] {7}, new int[] {1}));
    all.add(scale(2, 0, 3, 11));
    all.add(scale(0.5f, 0.5f, 1, 4, 4, 3)); // -1..1 to 0..1
    all.add(scale(-1.25f, 3, 1000));
    return all;
  }

  static OpCase activate(Activation act, int... dims) {
    return OpCase.of(
            "activate " + act + " " + Shape.of(dims),
            b -> b.add("a", new Op.Activate(act), b.input("x", Shape.of(dims), DType.F32)))
        .within(Tolerance.ELEMENTWISE);
  }

  static OpCase geglu(int... dims) {
    return OpCase.of(
            "geglu " + Shape.of(dims), b -> b.geglu("g", b.input("x", Shape.of(dims), DType.F32)))
        .within(Tolerance.ELEMENTWISE);
  }

  static OpCase add(int[] wide, int[] narrow) {
    return OpCase.of(
            "add " + Shape.of(wide) + " + " + Shape.of(narrow),
            b ->
                b.add(
                    "s",
                    b.input("x", Shape.of(wide), DType.F32),
                    b.input("b", Shape.of(narrow), DType.F32)))
        .within(Tolerance.ELEMENTWISE);
  }

  static OpCase scale(float factor, float offset, int... dims) {
    return OpCase.of(
            "scale %s by %s plus %s".formatted(Shape.of(dims), factor, offset),
            b -> b.scale("s", b.input("x", Shape.of(dims), DType.F32), factor, offset))
        .within(Tolerance.ELEMENTWISE);
  }
}
