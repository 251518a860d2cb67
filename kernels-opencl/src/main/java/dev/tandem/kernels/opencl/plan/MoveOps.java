package dev.tandem.kernels.opencl.plan;

import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;

/** Operations that move elements or look them up. */
final class MoveOps {
  private MoveOps() {}

  static void concat(Lowering low, Node n, Op.Concat c) {
    long left = run(n.input(0).shape(), c.axis());
    long right = run(n.input(1).shape(), c.axis());
    Tunables t = tunables(low, left, right);
    long columns = (left + right) / t.get("VEC");
    long runs = n.shape().elements() / (left + right);
    int local = divisor(t.get("GROUP"), columns);
    call(low, n, "concat", t)
        .tensor(low.ref(n.input(0)))
        .tensor(low.ref(n.input(1)))
        .tensor(low.ref(n))
        .l(left)
        .l(right)
        .run(
            new long[] {columns, runs},
            new long[] {local, VectorWidth.dividing(t.get("GROUP") / local, runs)});
  }

  /** The largest divisor of an extent up to {@code most}: a work-group's size along an axis. */
  private static int divisor(int most, long extent) {
    int d = Math.toIntExact(Math.min(most, extent));
    while (extent % d != 0) {
      d--;
    }
    return d;
  }

  /** Elements from one step along an axis's outer neighbour to the next. */
  private static long run(Shape s, int axis) {
    long n = 1;
    for (int i = axis; i < s.rank(); i++) {
      n *= s.dim(i);
    }
    return n;
  }

  static void upsample(Lowering low, Node n) {
    Shape x = n.input(0).shape();
    Shape y = n.shape();
    Tunables t = tunables(low, y.dim(3));
    int columns = y.dim(3) / t.get("VEC");
    int local = divisor(t.get("GROUP"), columns);
    call(low, n, "resample", t)
        .tensor(low.ref(n.input(0)))
        .tensor(low.ref(n))
        .i(y.dim(3))
        .i(x.dim(1))
        .i(x.dim(2))
        .i(y.dim(1))
        .run(
            new long[] {columns, y.dim(2), (long) y.dim(1) * y.dim(0)},
            new long[] {local, VectorWidth.dividing(t.get("GROUP") / local, y.dim(2)), 1});
  }

  static void embedding(Lowering low, Node n) {
    if (RestingWeights.rests(low, n.input(1))) {
      RestingWeights.takeRows(low, n);
      return;
    }
    Shape table = n.input(1).shape();
    takeRows(low, n, n.input(0), n.input(1), table.dim(0), 0);
  }

  static void gatherRows(Lowering low, Node n) {
    int tokens = n.input(0).shape().dim(1);
    takeRows(low, n, n.input(1), n.input(0), tokens, tokens);
  }

  private static void takeRows(Lowering low, Node n, Node ids, Node table, int rows, int step) {
    int width = n.shape().dim(-1);
    Tunables t = tunables(low, width);
    call(low, n, "take_rows", t)
        .tensor(low.ref(ids))
        .tensor(low.ref(table))
        .tensor(low.ref(n))
        .l(n.shape().elements() / t.get("VEC"))
        .i(width)
        .i(rows)
        .i(step)
        .runFlat(n.shape().elements() / t.get("VEC"), t.get("GROUP"));
  }

  /** Timesteps are always 32-bit floats: 999.3 has no 16-bit form. */
  static void timestep(Lowering low, Node n, Op.TimestepEmbedding t) {
    int half = t.dim() / 2;
    float[] frequencies = new float[half];
    for (int i = 0; i < half; i++) {
      // Rounded to 32 bits where diffusers rounds: at timestep 999 it shows.
      float exponent = (float) -Math.log(10_000) * i / (half - t.freqShift());
      frequencies[i] = (float) Math.exp(exponent);
    }
    low.call(n, "timestep", "timestep", Tunables.of(java.util.Map.of()))
        .tensor(floats(low, n.input(0)))
        .tensor(low.weights().constants("frequencies " + t, frequencies))
        .tensor(low.ref(n))
        .i(half)
        .i(t.flipSinToCos())
        .run(new long[] {half, n.shape().dim(0)}, new long[] {1, 1});
  }

  private static Ref floats(Lowering low, Node x) {
    if (!low.converted(x)) {
      return low.ref(x);
    }
    Node storage = MemoryPlan.storage(x);
    if (storage.isInput()) {
      return low.callerRef(storage);
    }
    Ref part = low.scratch().take(x.shape().elements(), 4);
    convert(low, x, low.ref(x), part, "to_floats");
    return part;
  }

  /** An input in the caller's 32-bit floats becomes a 16-bit one. */
  static void narrowInput(Lowering low, Node input) {
    Ref from = low.callerRef(input);
    convert(low, input, from, low.ref(input), "from_floats");
  }

  /** A 16-bit output becomes 32-bit floats for the caller. */
  static void widenOutput(Lowering low, Node storage) {
    Ref to = low.callerRef(storage);
    convert(low, storage, low.ref(storage), to, "to_floats");
  }

  private static void convert(Lowering low, Node n, Ref from, Ref to, String entry) {
    long elements = n.shape().elements();
    Tunables t = tunables(low, elements);
    call(low, n, entry, t)
        .tensor(from)
        .tensor(to)
        .l(elements / t.get("VEC"))
        .runFlat(elements / t.get("VEC"), t.get("GROUP"));
  }

  private static KernelCall call(Lowering low, Node n, String entry, Tunables t) {
    return low.call(n, "move", entry, Tunables.of(java.util.Map.of("VEC", t.get("VEC"))));
  }

  private static Tunables tunables(Lowering low, long... runs) {
    Tunables t = low.tunables("move", "any");
    return t.with("VEC", VectorWidth.dividing(t.get("VEC"), runs));
  }
}
