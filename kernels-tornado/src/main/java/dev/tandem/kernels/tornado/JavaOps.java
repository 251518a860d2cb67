package dev.tandem.kernels.tornado;

import dev.tandem.devices.DeviceException;
import dev.tandem.graph.Activation;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;

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
      case Op.Activate a -> JavaMoves.activate(low, n, a);
      case Op.Geglu _ -> JavaMoves.geglu(low, n, low.at(n.input(0)));
      case Op.Add _ -> JavaMoves.add(low, n);
      case Op.Scale s -> JavaMoves.scale(low, n, s);
      case Op.Upsample _ -> JavaMoves.upsample(low, n);
      case Op.Concat c -> JavaMoves.concat(low, n, c);
      case Op.Embedding _ -> JavaMoves.embedding(low, n);
      case Op.GatherRows _ -> JavaMoves.gatherRows(low, n);
      case Op.TimestepEmbedding t -> JavaMoves.timestep(low, n, t);
      case Op.Quantize _ -> quantize(low, n);
      case Op.QuantizedConv2d c -> quantizedConv2d(low, n, c);
      case Op.QuantizedLinear l -> quantizedLinear(low, n, l);
      case Op.Input _, Op.Weight _, Op.Dequantize _, Op.Reshape _ -> {}
    }
  }

  /** True if an operation reads its operand in a layout for weights, not as an activation. */
  static boolean isWeight(Op op, int operand) {
    return switch (op) {
      case Op.Conv2d c -> operand == 1 || (c.bias() && operand == 2);
      case Op.Linear l -> operand == 1 || (l.bias() && operand == 2);
      case Op.QuantizedConv2d c -> operand == 1 || operand == 2 || (c.bias() && operand == 3);
      case Op.QuantizedLinear l -> operand == 1 || operand == 2 || (l.bias() && operand == 3);
      case Op.GegluLinear _, Op.Quantize _, Op.GroupNorm _, Op.LayerNorm _ -> operand > 0;
      case Op.Embedding _ -> operand == 1;
      default -> false;
    };
  }

  private static void conv2d(JavaLowering low, Node n, Op.Conv2d c) {
    int[] p = window(low, n, c.stride(), c.padding());
    p[Products.SCALE] = low.weights().number(1);
    epilogue(low, n, p, c.bias() ? 2 : -1, c.addend(), c.act());
    product(low, n, p, 1);
  }

  private static void quantizedConv2d(JavaLowering low, Node n, Op.QuantizedConv2d c) {
    int[] p = window(low, n, c.stride(), c.padding());
    epilogue(low, n, p, c.bias() ? 3 : -1, c.addend(), c.act());
    wholeProduct(low, n, p);
  }

  private static int[] window(JavaLowering low, Node n, int stride, Op.Padding padding) {
    Shape x = n.input(0).shape();
    Shape w = n.input(1).shape();
    Shape y = n.shape();
    int taps = w.dim(2) * w.dim(3);
    int[] p = Products.sizes(y.dim(0) * y.dim(1) * y.dim(2), y.dim(3), x.dim(3));
    p[Products.TAPS] = taps;
    p[Products.KERNEL_WIDTH] = w.dim(3);
    p[Products.STRIDE] = stride;
    p[Products.TOP] = padding.top();
    p[Products.LEFT] = padding.left();
    p[Products.IN_HEIGHT] = x.dim(1);
    p[Products.IN_WIDTH] = x.dim(2);
    p[Products.OUT_WIDTH] = y.dim(2);
    p[Products.AREA] = y.dim(1) * y.dim(2);
    p[Products.W] = low.weights().matrix(n.input(1), y.dim(3), x.dim(3), taps);
    p[Products.Y] = low.at(n);
    return p;
  }

  private static void linear(JavaLowering low, Node n, Op.Linear l) {
    int[] p = rowsTimes(low, n);
    p[Products.Y] = low.at(n);
    p[Products.SCALE] = low.weights().number(1);
    epilogue(low, n, p, l.bias() ? 2 : -1, l.addend(), l.act());
    product(low, n, p, 1);
  }

  private static void quantizedLinear(JavaLowering low, Node n, Op.QuantizedLinear l) {
    int[] p = rowsTimes(low, n);
    p[Products.Y] = low.at(n);
    epilogue(low, n, p, l.bias() ? 3 : -1, l.addend(), l.act());
    wholeProduct(low, n, p);
  }

  private static int[] rowsTimes(JavaLowering low, Node n) {
    Shape w = n.input(1).shape();
    int[] p = Products.sizes(rows(n), w.dim(0), w.dim(1));
    p[Products.W] = low.weights().matrix(n.input(1), w.dim(0), w.dim(1), 1);
    return p;
  }

  private static void quantize(JavaLowering low, Node n) {
    int[] p = new int[Elements.QUANTIZE_SIZES];
    p[Elements.COUNT] = Math.toIntExact(n.shape().elements());
    p[Elements.X] = low.at(n.input(0));
    p[Elements.Y] = low.at(n);
    p[Elements.INVERSE] = low.weights().floats(n.input(1));
    p[Elements.SCALES] = n.input(1).shape().dim(0);
    low.add(n, "quantize", p, Grid.flat(p[Elements.COUNT]), Kernels.of(Elements::quantize));
  }

  /** Values and gates go to memory of the operation, and from there into one. */
  private static void gegluLinear(JavaLowering low, Node n, Op.GegluLinear g) {
    int[] p = rowsTimes(low, n);
    p[Products.Y] = low.scratch(2 * n.shape().elements());
    p[Products.SCALE] = low.weights().number(1);
    epilogue(low, n, p, g.bias() ? 2 : -1, false, Activation.NONE);
    product(low, n, p, 1);
    JavaMoves.geglu(low, n, p[Products.Y]);
  }

  private static int rows(Node n) {
    return Math.toIntExact(n.shape().rows());
  }

  /**
   * What is done to the sums.
   *
   * @param bias which operand it is, or -1
   */
  private static void epilogue(
      JavaLowering low, Node n, int[] p, int bias, boolean addend, Activation act) {
    p[Products.X] = low.at(n.input(0));
    p[Products.ACT] = Activations.code(act);
    if (bias >= 0) {
      p[Products.BIAS] = low.weights().floats(n.input(bias));
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
    int down = (p[Products.ROWS] + Products.TILE_ROWS - 1) / Products.TILE_ROWS;
    int across = (p[Products.COLS] + Products.TILE_COLS - 1) / Products.TILE_COLS;
    Grid grid =
        new Grid(
            3,
            across * Products.ACROSS,
            down * Products.DOWN,
            batch,
            Products.ACROSS,
            Products.DOWN,
            1);
    low.add(n, "product", p, grid, Kernels.weighted(Products::product));
  }

  /** Whole numbers have a scale for each column, the operand behind the weight. */
  private static void wholeProduct(JavaLowering low, Node n, int[] p) {
    p[Products.SCALE] = low.weights().floats(n.input(2));
    int results = Math.multiplyExact(p[Products.ROWS], p[Products.COLS]);
    low.add(n, "wholeProduct", p, Grid.flat(results), Kernels.weighted(Whole::product));
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
}
