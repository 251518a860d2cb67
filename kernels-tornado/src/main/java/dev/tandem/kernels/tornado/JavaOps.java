package dev.tandem.kernels.tornado;

import dev.tandem.devices.DeviceException;
import dev.tandem.graph.Activation;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.Arrays;

/** Which kernel in Java computes which operation, with which sizes. */
final class JavaOps {
  private JavaOps() {}

  static void lower(JavaLowering low, Node n) {
    switch (n.op()) {
      case Op.Conv2d c -> conv2d(low, n, c);
      case Op.Linear l -> linear(low, n, l);
      case Op.GegluLinear g -> gegluLinear(low, n, g);
      case Op.MatMul m -> matMul(low, n, m);
      case Op.Attention a -> attention(low, n, a);
      case Op.GroupNorm g -> groupNorm(low, n, g);
      case Op.LayerNorm l -> layerNorm(low, n, l);
      case Op.Softmax s -> softmax(low, n, s);
      case Op.Activate a -> activate(low, n, a);
      case Op.Geglu _ -> geglu(low, n, low.at(n.input(0)));
      case Op.Add _ -> add(low, n);
      case Op.Scale s -> scale(low, n, s);
      case Op.Upsample _ -> upsample(low, n);
      case Op.Concat c -> concat(low, n, c);
      case Op.Embedding _ -> embedding(low, n);
      case Op.GatherRows _ -> gatherRows(low, n);
      case Op.TimestepEmbedding t -> timestep(low, n, t);
      case Op.Input _, Op.Weight _, Op.Reshape _ -> {}
    }
  }

  static void load(JavaLowering low, Node input) {
    int[] p = new int[Movement.SIZES];
    p[Movement.COUNT] = count(input);
    p[Movement.Y] = low.at(input);
    DeviceArray from = low.input(input).orElseThrow();
    low.add(input, "load", p, Grid.flat(count(input)), Kernels.reading(from, Movement::load));
  }

  /** True if an operation reads its operand in a layout for weights, not as an activation. */
  static boolean isWeight(Op op, int operand) {
    return switch (op) {
      case Op.Conv2d c -> operand == 1 || (c.bias() && operand == 2);
      case Op.Linear l -> operand == 1 || (l.bias() && operand == 2);
      case Op.GegluLinear _, Op.GroupNorm _, Op.LayerNorm _ -> operand > 0;
      case Op.Embedding _ -> operand == 1;
      default -> false;
    };
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

  private static int count(Node n) {
    return Math.toIntExact(n.shape().elements());
  }

  private static void conv2d(JavaLowering low, Node n, Op.Conv2d c) {
    Shape x = n.input(0).shape();
    Shape w = n.input(1).shape();
    Shape y = n.shape();
    int taps = w.dim(2) * w.dim(3);
    int[] p = Products.sizes(y.dim(0) * y.dim(1) * y.dim(2), y.dim(3), x.dim(3));
    p[Products.TAPS] = taps;
    p[Products.KERNEL_WIDTH] = w.dim(3);
    p[Products.STRIDE] = c.stride();
    p[Products.TOP] = c.padding().top();
    p[Products.LEFT] = c.padding().left();
    p[Products.IN_HEIGHT] = x.dim(1);
    p[Products.IN_WIDTH] = x.dim(2);
    p[Products.OUT_WIDTH] = y.dim(2);
    p[Products.AREA] = y.dim(1) * y.dim(2);
    p[Products.W] = low.weights().matrix(n.input(1), y.dim(3), x.dim(3), taps);
    p[Products.Y] = low.at(n);
    epilogue(low, n, p, c.bias(), c.addend(), c.act());
    product(low, n, p, 1);
  }

  private static void linear(JavaLowering low, Node n, Op.Linear l) {
    Shape w = n.input(1).shape();
    int[] p = Products.sizes(rows(n), w.dim(0), w.dim(1));
    p[Products.W] = low.weights().matrix(n.input(1), w.dim(0), w.dim(1), 1);
    p[Products.Y] = low.at(n);
    epilogue(low, n, p, l.bias(), l.addend(), l.act());
    product(low, n, p, 1);
  }

  /** Values and gates go to memory of the operation, and from there into one. */
  private static void gegluLinear(JavaLowering low, Node n, Op.GegluLinear g) {
    Shape w = n.input(1).shape();
    int[] p = Products.sizes(rows(n), w.dim(0), w.dim(1));
    p[Products.W] = low.weights().matrix(n.input(1), w.dim(0), w.dim(1), 1);
    p[Products.Y] = low.scratch(2 * n.shape().elements());
    epilogue(low, n, p, g.bias(), false, Activation.NONE);
    product(low, n, p, 1);
    geglu(low, n, p[Products.Y]);
  }

  private static int rows(Node n) {
    return Math.toIntExact(n.shape().rows());
  }

  private static void epilogue(
      JavaLowering low, Node n, int[] p, boolean bias, boolean addend, Activation act) {
    p[Products.X] = low.at(n.input(0));
    p[Products.SCALE] = low.weights().number(1);
    p[Products.ACT] = Activations.code(act);
    if (bias) {
      p[Products.BIAS] = low.weights().floats(n.input(2));
    }
    if (addend) {
      Node a = n.inputs().getLast();
      p[Products.ADDEND] = low.at(a);
      p[Products.ADDEND_MODE] = a.shape().equals(n.shape()) ? 1 : 2;
    }
  }

  private static void matMul(JavaLowering low, Node n, Op.MatMul m) {
    Shape a = n.input(0).shape();
    int rows = a.dim(-2);
    int depth = a.dim(-1);
    int cols = n.shape().dim(-1);
    int[] p = Products.sizes(rows, cols, depth);
    p[Products.X] = low.at(n.input(0));
    p[Products.W] = low.at(n.input(1));
    p[Products.Y] = low.at(n);
    p[Products.X_STEP] = rows * depth;
    p[Products.W_STEP] = depth * cols;
    p[Products.Y_STEP] = rows * cols;
    p[Products.W_ROW] = m.transposeB() ? 1 : cols;
    p[Products.W_COL] = m.transposeB() ? depth : 1;
    p[Products.W_COMPUTED] = 1;
    p[Products.SCALE] = low.weights().number(m.scale());
    product(low, n, p, Math.toIntExact(a.elements() / rows / depth));
  }

  private static void product(JavaLowering low, Node n, int[] p, int batch) {
    int down = (p[Products.ROWS] + Products.TILE - 1) / Products.TILE;
    int across = (p[Products.COLS] + Products.TILE - 1) / Products.TILE;
    int group = Products.GROUP;
    Grid grid = new Grid(3, across * group, down * group, batch, group, group, 1);
    low.add(n, "product", p, grid, Kernels.weighted(Products::product));
  }

  private static void attention(JavaLowering low, Node n, Op.Attention a) {
    Shape q = n.input(0).shape();
    int head = q.dim(2) / a.heads();
    if (Attentions.localBytes(head) > low.localMemory()) {
      throw new DeviceException(
          n
              + ": heads of "
              + head
              + " channels need "
              + Attentions.localBytes(head)
              + " bytes of local memory, the device has "
              + low.localMemory());
    }
    int[] p = new int[Attentions.SIZES];
    p[Attentions.Q] = low.at(n.input(0));
    p[Attentions.K] = low.at(n.input(1));
    p[Attentions.V] = low.at(n.input(2));
    p[Attentions.Y] = low.at(n);
    p[Attentions.TOKENS] = q.dim(1);
    p[Attentions.KEY_COUNT] = n.input(1).shape().dim(1);
    p[Attentions.HEADS] = a.heads();
    p[Attentions.CAUSAL] = a.causal() ? 1 : 0;
    p[Attentions.SCALE] = low.weights().number(a.scale());
    int blocks = (q.dim(1) + Attentions.QUERIES - 1) / Attentions.QUERIES;
    low.add(
        n,
        "attention",
        p,
        Grid.groups(Attentions.ITEMS, blocks, a.heads(), q.dim(0)),
        Kernels.with(head, Attentions::attention));
  }

  private static void groupNorm(JavaLowering low, Node n, Op.GroupNorm g) {
    Shape x = n.shape();
    int[] p = new int[GroupNorms.SIZES];
    p[GroupNorms.X] = low.at(n.input(0));
    p[GroupNorms.Y] = low.at(n);
    p[GroupNorms.GAMMA] = low.weights().floats(n.input(1));
    p[GroupNorms.BETA] = low.weights().floats(n.input(2));
    p[GroupNorms.PIXELS] = x.dim(1) * x.dim(2);
    p[GroupNorms.CHANNELS] = x.dim(3);
    p[GroupNorms.WIDTH] = x.dim(3) / g.groups();
    p[GroupNorms.ACT] = Activations.code(g.act());
    p[GroupNorms.EPS] = low.weights().number(g.eps());
    low.add(
        n,
        "groupNorm",
        p,
        Grid.groups(GroupNorms.ITEMS, g.groups(), x.dim(0), 1),
        Kernels.of(GroupNorms::groupNorm));
  }

  private static void layerNorm(JavaLowering low, Node n, Op.LayerNorm l) {
    int[] p = rowSizes(low, n, l.eps());
    p[Rows.GAMMA] = low.weights().floats(n.input(1));
    p[Rows.BETA] = low.weights().floats(n.input(2));
    low.add(n, "layerNorm", p, Grid.groups(Rows.ITEMS, rows(n), 1, 1), Kernels.of(Rows::layerNorm));
  }

  private static void softmax(JavaLowering low, Node n, Op.Softmax s) {
    int[] p = rowSizes(low, n, s.scale());
    low.add(n, "softmax", p, Grid.groups(Rows.ITEMS, rows(n), 1, 1), Kernels.of(Rows::softmax));
  }

  private static int[] rowSizes(JavaLowering low, Node n, float number) {
    int[] p = new int[Rows.SIZES];
    p[Rows.X] = low.at(n.input(0));
    p[Rows.Y] = low.at(n);
    p[Rows.WIDTH] = n.shape().dim(-1);
    p[Rows.NUMBER] = low.weights().number(number);
    return p;
  }

  private static void activate(JavaLowering low, Node n, Op.Activate a) {
    int[] p = elementSizes(low, n, low.at(n.input(0)), Activations.code(a.act()));
    low.add(n, "activate", p, Grid.flat(count(n)), Kernels.of(Elements::activate));
  }

  private static void geglu(JavaLowering low, Node n, int from) {
    int[] p = elementSizes(low, n, from, n.shape().dim(-1));
    low.add(n, "geglu", p, Grid.flat(count(n)), Kernels.of(Elements::geglu));
  }

  private static void scale(JavaLowering low, Node n, Op.Scale s) {
    String name = s.factor() + " and " + s.offset();
    int factor = low.weights().numbers(name, s.factor(), s.offset());
    int[] p = elementSizes(low, n, low.at(n.input(0)), factor);
    low.add(n, "scale", p, Grid.flat(count(n)), Kernels.of(Elements::scale));
  }

  private static int[] elementSizes(JavaLowering low, Node n, int from, int last) {
    return new int[] {count(n), from, low.at(n), last};
  }

  private static void add(JavaLowering low, Node n) {
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

  private static void upsample(JavaLowering low, Node n) {
    Shape x = n.input(0).shape();
    int[] p =
        movement(low, n, n.shape().dim(3), x.dim(1), x.dim(2), n.shape().dim(1), n.shape().dim(2));
    low.add(n, "resample", p, Grid.flat(count(n)), Kernels.of(Movement::resample));
  }

  private static void concat(JavaLowering low, Node n, Op.Concat c) {
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

  private static void embedding(JavaLowering low, Node n) {
    Node table = n.input(1);
    DeviceArray ids = low.rows(n, n.input(0), table.shape().dim(0));
    int[] p = new int[Movement.SIZES];
    p[Movement.COUNT] = count(n);
    p[Movement.X] = low.weights().table(table);
    p[Movement.Y] = low.at(n);
    p[Movement.A] = n.shape().dim(-1);
    low.add(n, "embedding", p, Grid.flat(count(n)), Kernels.indexedTable(ids, Movement::embedding));
  }

  private static void gatherRows(JavaLowering low, Node n) {
    int tokens = n.input(0).shape().dim(1);
    DeviceArray ids = low.rows(n, n.input(1), tokens);
    int[] p = movement(low, n, n.shape().dim(-1), tokens);
    low.add(n, "gatherRows", p, Grid.flat(count(n)), Kernels.indexed(ids, Movement::gatherRows));
  }

  private static void timestep(JavaLowering low, Node n, Op.TimestepEmbedding t) {
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
}
