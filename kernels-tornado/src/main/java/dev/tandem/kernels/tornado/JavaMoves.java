package dev.tandem.kernels.tornado;

import dev.tandem.devices.DeviceException;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.Arrays;

/** As {@link JavaOps}, for what is done element by element, moves or looks up. */
final class JavaMoves {
  private JavaMoves() {}

  static void load(JavaLowering low, Node input) {
    int[] p = new int[Movement.SIZES];
    p[Movement.COUNT] = count(input);
    p[Movement.Y] = low.at(input);
    DeviceArray from = low.input(input).orElseThrow();
    low.add(input, "load", p, Grid.flat(count(input)), Kernels.reading(from, Movement::load));
  }

  static void copyWeight(JavaLowering low, Node weight) {
    low.weights().room(weight);
    int[] p = new int[Movement.SIZES];
    p[Movement.COUNT] = count(weight);
    p[Movement.X] = low.weights().table(weight);
    p[Movement.Y] = low.at(weight);
    low.add(weight, "copy", p, Grid.flat(count(weight)), Kernels.weighted(Movement::copyWeight));
  }

  static void save(JavaLowering low, Node storage) {
    int[] p = new int[Movement.SIZES];
    p[Movement.COUNT] = count(storage);
    p[Movement.X] = low.at(storage);
    DeviceArray to = low.output(storage);
    low.add(storage, "save", p, Grid.flat(count(storage)), Kernels.writing(to, Movement::save));
  }

  static void activate(JavaLowering low, Node n, Op.Activate a) {
    int[] p = elementSizes(low, n, low.at(n.input(0)), Activations.code(a.act()));
    low.add(n, "activate", p, Grid.flat(count(n)), Kernels.of(Elements::activate));
  }

  static void geglu(JavaLowering low, Node n, int from) {
    int[] p = elementSizes(low, n, from, n.shape().dim(-1));
    low.add(n, "geglu", p, Grid.flat(count(n)), Kernels.of(Elements::geglu));
  }

  static void scale(JavaLowering low, Node n, Op.Scale s) {
    String name = s.factor() + " and " + s.offset();
    int factor = low.weights().numbers(name, s.factor(), s.offset());
    int[] p = elementSizes(low, n, low.at(n.input(0)), factor);
    low.add(n, "scale", p, Grid.flat(count(n)), Kernels.of(Elements::scale));
  }

  private static int[] elementSizes(JavaLowering low, Node n, int from, int last) {
    return new int[] {count(n), from, low.at(n), last};
  }

  static void add(JavaLowering low, Node n) {
    Shape a = n.shape();
    Shape b = n.input(1).shape();
    if (a.rank() > Elements.MOST_AXES) {
      throw new DeviceException(n + " has more than " + Elements.MOST_AXES + " axes");
    }
    int[] p = Arrays.copyOf(elementSizes(low, n, low.at(n.input(0)), 0), Elements.SUM_SIZES);
    p[Elements.B] = low.at(n.input(1));
    Arrays.fill(p, Elements.EXTENTS, Elements.STEPS, 1);
    int step = 1;
    for (int i = 0; i < a.rank(); i++) {
      int axis = Elements.MOST_AXES - 1 - i;
      p[Elements.EXTENTS + axis] = a.dim(-1 - i);
      p[Elements.STEPS + axis] = b.dim(-1 - i) == 1 ? 0 : step;
      step *= b.dim(-1 - i);
    }
    low.add(n, "add", p, Grid.flat(count(n)), Kernels.of(Elements::add));
  }

  static void upsample(JavaLowering low, Node n) {
    Shape x = n.input(0).shape();
    int[] p =
        movement(low, n, n.shape().dim(3), x.dim(1), x.dim(2), n.shape().dim(1), n.shape().dim(2));
    low.add(n, "resample", p, Grid.flat(count(n)), Kernels.of(Movement::resample));
  }

  static void concat(JavaLowering low, Node n, Op.Concat c) {
    int left = run(n.input(0).shape(), c.axis());
    int right = run(n.input(1).shape(), c.axis());
    int[] p = movement(low, n, low.at(n.input(1)), left, right);
    low.add(n, "concat", p, Grid.flat(count(n)), Kernels.of(Movement::concat));
  }

  /** Elements from one step along an axis's outer neighbour to the next. */
  private static int run(Shape s, int axis) {
    int run = 1;
    for (int i = axis; i < s.rank(); i++) {
      run *= s.dim(i);
    }
    return run;
  }

  private static int[] movement(JavaLowering low, Node n, int... more) {
    int[] p = new int[Movement.SIZES];
    p[Movement.COUNT] = count(n);
    p[Movement.X] = low.at(n.input(0));
    p[Movement.Y] = low.at(n);
    System.arraycopy(more, 0, p, Movement.A, more.length);
    return p;
  }

  static void embedding(JavaLowering low, Node n) {
    Node table = n.input(1);
    DeviceArray ids = low.rowNumbers(n, n.input(0));
    int[] p = new int[Movement.SIZES];
    p[Movement.COUNT] = count(n);
    p[Movement.X] = low.weights().table(table);
    p[Movement.Y] = low.at(n);
    p[Movement.A] = n.shape().dim(-1);
    low.add(n, "embedding", p, Grid.flat(count(n)), Kernels.indexedTable(ids, Movement::embedding));
  }

  static void gatherRows(JavaLowering low, Node n) {
    int tokens = n.input(0).shape().dim(1);
    DeviceArray ids = low.rowNumbers(n, n.input(1));
    int[] p = movement(low, n, n.shape().dim(-1), tokens);
    low.add(n, "gatherRows", p, Grid.flat(count(n)), Kernels.indexed(ids, Movement::gatherRows));
  }

  static void timestep(JavaLowering low, Node n, Op.TimestepEmbedding t) {
    DeviceArray times =
        low.input(n.input(0))
            .orElseThrow(
                () -> new DeviceException(n + ": timesteps must be an input of the graph"));
    int half = t.dim() / 2;
    float[] frequencies = new float[half];
    for (int i = 0; i < half; i++) {
      // Rounded to 32 bits where diffusers rounds: at timestep 999 it shows.
      float exponent = (float) -Math.log(10_000) * i / (half - t.freqShift());
      frequencies[i] = (float) Math.exp(exponent);
    }
    int[] p = new int[Movement.SIZES];
    p[Movement.COUNT] = count(n);
    p[Movement.X] = low.weights().numbers("frequencies " + t, frequencies);
    p[Movement.Y] = low.at(n);
    p[Movement.A] = half;
    p[Movement.B] = t.flipSinToCos() ? 1 : 0;
    low.add(n, "timestep", p, Grid.flat(count(n)), Kernels.reading(times, Movement::timestep));
  }

  private static int count(Node n) {
    return Math.toIntExact(n.shape().elements());
  }
}
