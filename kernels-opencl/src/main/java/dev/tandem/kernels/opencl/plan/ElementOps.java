package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.DeviceException;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;

/** Operations on single elements. */
final class ElementOps {
  private static final int MOST_AXES = 5;

  private ElementOps() {}

  static void activate(Lowering low, Node n, Op.Activate a) {
    Tunables t = tunables(low, n.shape().elements());
    call(low, n, "act_only", t)
        .tensor(low.ref(n.input(0)))
        .tensor(low.ref(n))
        .l(n.shape().elements() / t.get("VEC"))
        .act(a.act())
        .runFlat(n.shape().elements() / t.get("VEC"), t.get("GROUP"));
  }

  static void scale(Lowering low, Node n, Op.Scale s) {
    Tunables t = tunables(low, n.shape().elements());
    call(low, n, "scale_offset", t)
        .tensor(low.ref(n.input(0)))
        .tensor(low.ref(n))
        .l(n.shape().elements() / t.get("VEC"))
        .f(s.factor())
        .f(s.offset())
        .runFlat(n.shape().elements() / t.get("VEC"), t.get("GROUP"));
  }

  static void geglu(Lowering low, Node n) {
    int width = n.shape().dim(-1);
    Tunables t = tunables(low, width);
    call(low, n, "geglu", t)
        .tensor(low.ref(n.input(0)))
        .tensor(low.ref(n))
        .l(n.shape().elements() / t.get("VEC"))
        .i(width)
        .runFlat(n.shape().elements() / t.get("VEC"), t.get("GROUP"));
  }

  static void add(Lowering low, Node n) {
    Shape a = n.shape();
    Shape b = n.input(1).shape();
    if (a.rank() > MOST_AXES) {
      throw new DeviceException(n + " has more than " + MOST_AXES + " axes");
    }
    int[] extents = new int[MOST_AXES];
    long[] steps = new long[MOST_AXES];
    java.util.Arrays.fill(extents, 1);
    long step = 1;
    for (int i = 0; i < a.rank(); i++) {
      int axis = MOST_AXES - 1 - i;
      extents[axis] = a.dim(-1 - i);
      steps[axis] = b.dim(-1 - i) == 1 ? 0 : step;
      step *= b.dim(-1 - i);
    }
    Tunables t = tunables(low, extents[MOST_AXES - 1]);
    KernelCall k =
        call(low, n, "add", t)
            .tensor(low.ref(n.input(0)))
            .tensor(low.ref(n.input(1)))
            .tensor(low.ref(n))
            .l(a.elements() / t.get("VEC"));
    for (int i = 1; i < MOST_AXES; i++) {
      k.i(extents[i]);
    }
    for (long s : steps) {
      k.l(s);
    }
    k.runFlat(a.elements() / t.get("VEC"), t.get("GROUP"));
  }

  private static KernelCall call(Lowering low, Node n, String entry, Tunables t) {
    return low.call(n, "elementwise", entry, Tunables.of(java.util.Map.of("VEC", t.get("VEC"))));
  }

  private static Tunables tunables(Lowering low, long run) {
    Tunables t = low.tunables("elementwise", "any");
    return t.with("VEC", VectorWidth.dividing(t.get("VEC"), run));
  }
}
