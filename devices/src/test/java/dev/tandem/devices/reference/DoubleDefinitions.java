package dev.tandem.devices.reference;

import dev.tandem.devices.cases.CaseData;
import dev.tandem.graph.Activation;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The operations as their textbook definitions, one result element at a time, in double and without
 * any thought of speed: the truth that the reference device is held against. It shares no code with
 * it.
 */
final class DoubleDefinitions {
  private final Map<Node, double[]> values = new HashMap<>();

  private DoubleDefinitions() {}

  static double[] evaluate(Graph g, CaseData data) {
    DoubleDefinitions d = new DoubleDefinitions();
    for (Node n : g.nodes()) {
      d.values.put(n, d.compute(n, data));
    }
    return d.values.get(g.output("y"));
  }

  /** An operand, read by its coordinates. */
  private double at(Node n, int... index) {
    int flat = 0;
    for (int axis = 0; axis < index.length; axis++) {
      flat = flat * n.shape().dim(axis) + index[axis];
    }
    return values.get(n)[flat];
  }

  /** One result element from its coordinates. */
  private interface Element {
    double at(int[] index);
  }

  private static double[] each(Node n, Element f) {
    int[] index = new int[n.shape().rank()];
    double[] out = new double[(int) n.shape().elements()];
    for (int i = 0; i < out.length; i++) {
      int rest = i;
      for (int axis = index.length - 1; axis >= 0; axis--) {
        index[axis] = rest % n.shape().dim(axis);
        rest /= n.shape().dim(axis);
      }
      out[i] = f.at(index.clone());
    }
    return out;
  }

  private static double sum(int n, IntToDoubleFunction f) {
    return IntStream.range(0, n).mapToDouble(f).sum();
  }

  private double[] compute(Node n, CaseData data) {
    return switch (n.op()) {
      case Op.Input _ -> floats(data.input(n).toFloats());
      case Op.Weight _ -> floats(data.get(n).toFloats());
      case Op.Dequantize d -> dequantize(n, d);
      case Op.Quantize _ ->
          each(
              n,
              i -> {
                int scales = n.input(1).shape().dim(0);
                double inverse = at(n.input(1), scales == 1 ? 0 : i[i.length - 1]);
                float exact = (float) at(n.input(0), i) * (float) inverse;
                return Math.max(-127, Math.min(127, Math.rint(exact)));
              });
      case Op.QuantizedConv2d c -> quantizedConv2d(n, c);
      case Op.QuantizedLinear l ->
          each(
              n,
              i -> {
                int o = i[i.length - 1];
                double sum =
                    sum(
                        n.input(0).shape().dim(-1),
                        k -> at(n.input(0), last(i, k)) * at(n.input(1), o, k));
                double y = at(n.input(2), o) * sum + (l.bias() ? at(n.input(3), o) : 0);
                return act(l.act(), y + (l.addend() ? at(n.inputs().getLast(), i) : 0));
              });
      case Op.Reshape _ -> values.get(n.input(0));
      case Op.Conv2d c -> conv2d(n, c);
      case Op.Linear l -> each(n, i -> act(l.act(), affine(n, i, l.bias()) + addend(n, l, i)));
      case Op.GegluLinear g -> {
        int half = n.shape().dim(-1);
        yield each(
            n,
            i -> {
              int[] gate = i.clone();
              gate[gate.length - 1] += half;
              return affine(n, i, g.bias()) * act(Activation.GELU, affine(n, gate, g.bias()));
            });
      }
      case Op.MatMul m -> matMul(n, m);
      case Op.GroupNorm g -> groupNorm(n, g);
      case Op.LayerNorm l -> layerNorm(n, l);
      case Op.Softmax s ->
          each(
              n,
              i ->
                  1
                      / sum(
                          n.shape().dim(-1),
                          j ->
                              Math.exp(
                                  s.scale() * (at(n.input(0), last(i, j)) - at(n.input(0), i)))));
      case Op.Activate a -> each(n, i -> act(a.act(), at(n.input(0), i)));
      case Op.Geglu _ ->
          each(
              n,
              i ->
                  at(n.input(0), i)
                      * act(
                          Activation.GELU,
                          at(n.input(0), last(i, i[i.length - 1] + n.shape().dim(-1)))));
      case Op.Attention a -> attention(n, a);
      case Op.Upsample u ->
          each(
              n,
              i -> {
                double y = Math.floor((double) i[1] * n.input(0).shape().dim(1) / u.height());
                double x = Math.floor((double) i[2] * n.input(0).shape().dim(2) / u.width());
                return at(n.input(0), i[0], (int) y, (int) x, i[3]);
              });
      case Op.Concat c ->
          each(
              n,
              i -> {
                int first = n.input(0).shape().dim(c.axis());
                if (i[c.axis()] < first) {
                  return at(n.input(0), i);
                }
                i[c.axis()] -= first;
                return at(n.input(1), i);
              });
      case Op.Add _ ->
          each(
              n,
              i -> {
                double a = at(n.input(0), i);
                for (int axis = 0; axis < i.length; axis++) {
                  i[axis] = Math.min(i[axis], n.input(1).shape().dim(axis) - 1);
                }
                return a + at(n.input(1), i);
              });
      case Op.Scale s -> each(n, i -> s.factor() * at(n.input(0), i) + s.offset());
      case Op.Embedding _ -> each(n, i -> at(n.input(1), (int) at(n.input(0), i[0], i[1]), i[2]));
      case Op.GatherRows _ -> each(n, i -> at(n.input(0), i[0], (int) at(n.input(1), i[0]), i[1]));
      case Op.TimestepEmbedding t ->
          each(
              n,
              i -> {
                int half = t.dim() / 2;
                double f = Math.pow(10_000, -(i[1] % half) / (half - (double) t.freqShift()));
                boolean sine = i[1] < half != t.flipSinToCos();
                double phase = at(n.input(0), i[0]) * f;
                return sine ? Math.sin(phase) : Math.cos(phase);
              });
    };
  }

  private double[] conv2d(Node n, Op.Conv2d c) {
    return conv2d(n, c, _ -> 1, c.bias() ? i -> at(n.input(2), i) : _ -> 0);
  }

  private double[] quantizedConv2d(Node n, Op.QuantizedConv2d q) {
    Op.Conv2d c = new Op.Conv2d(q.stride(), q.padding(), q.bias(), q.addend(), q.act());
    return conv2d(n, c, o -> at(n.input(2), o), c.bias() ? o -> at(n.input(3), o) : _ -> 0);
  }

  /** A number for each output channel. */
  private double[] conv2d(
      Node n, Op.Conv2d c, IntToDoubleFunction scale, IntToDoubleFunction bias) {
    Node x = n.input(0);
    Node w = n.input(1);
    return each(
        n,
        i -> {
          double s = 0;
          for (int ky = 0; ky < w.shape().dim(2); ky++) {
            for (int kx = 0; kx < w.shape().dim(3); kx++) {
              int y = i[1] * c.stride() + ky - c.padding().top();
              int z = i[2] * c.stride() + kx - c.padding().left();
              if (y >= 0 && y < x.shape().dim(1) && z >= 0 && z < x.shape().dim(2)) {
                for (int k = 0; k < w.shape().dim(1); k++) {
                  s += at(x, i[0], y, z, k) * at(w, i[3], k, ky, kx);
                }
              }
            }
          }
          s = scale.applyAsDouble(i[3]) * s + bias.applyAsDouble(i[3]);
          if (c.addend()) {
            Node a = n.inputs().getLast();
            boolean row = !a.shape().equals(n.shape());
            s += row ? at(a, i[0], 0, 0, i[3]) : at(a, i);
          }
          return act(c.act(), s);
        });
  }

  /** {@code x w^T + bias} at a column that may lie beyond the result's (the gate of GEGLU). */
  private double affine(Node n, int[] i, boolean bias) {
    Node w = n.input(1);
    int column = i[i.length - 1];
    return sum(w.shape().dim(1), k -> at(n.input(0), last(i, k)) * at(w, column, k))
        + (bias ? at(n.input(2), column) : 0);
  }

  private double addend(Node n, Op.Linear l, int[] i) {
    return l.addend() ? at(n.inputs().getLast(), i) : 0;
  }

  /** Numbers of 8 bits, or pairs of 4 bits of which the first is the low half. */
  private double[] dequantize(Node n, Op.Dequantize d) {
    double[] numbers = values.get(n.input(0));
    int row = (int) (n.shape().elements() / n.shape().dim(0));
    double[] out = new double[(int) n.shape().elements()];
    for (int i = 0; i < out.length; i++) {
      int r = i / row;
      int column = i % row;
      double number =
          d.bits() == 8
              ? numbers[i]
              : ((int) numbers[r * ((row + 1) / 2) + column / 2] & 0xff)
                      / (column % 2 == 0 ? 1 : 16)
                      % 16
                  - 8;
      out[i] = number * at(n.input(1), r, column / d.group());
    }
    return out;
  }

  private double[] matMul(Node n, Op.MatMul m) {
    Node a = n.input(0);
    Node b = n.input(1);
    int rank = n.shape().rank();
    return each(
        n,
        i -> {
          int column = i[rank - 1];
          return m.scale()
              * sum(
                  a.shape().dim(-1),
                  k -> {
                    int[] j = i.clone();
                    j[rank - 2] = m.transposeB() ? column : k;
                    j[rank - 1] = m.transposeB() ? k : column;
                    return at(a, last(i, k)) * at(b, j);
                  });
        });
  }

  private double[] groupNorm(Node n, Op.GroupNorm g) {
    Node x = n.input(0);
    int height = n.shape().dim(1);
    int width = n.shape().dim(2);
    int size = n.shape().dim(3) / g.groups();
    int count = height * width * size;
    double[][] mean = new double[n.shape().dim(0)][g.groups()];
    double[][] variance = new double[n.shape().dim(0)][g.groups()];
    for (int b = 0; b < mean.length; b++) {
      for (int group = 0; group < g.groups(); group++) {
        int item = b;
        int first = group * size;
        IntToDoubleFunction element =
            k -> at(x, item, k / size / width, k / size % width, first + k % size);
        double m = sum(count, element) / count;
        mean[b][group] = m;
        variance[b][group] = sum(count, k -> Math.pow(element.applyAsDouble(k) - m, 2)) / count;
      }
    }
    return each(
        n,
        i -> {
          int group = i[3] / size;
          double z = (at(x, i) - mean[i[0]][group]) / Math.sqrt(variance[i[0]][group] + g.eps());
          return act(g.act(), z * at(n.input(1), i[3]) + at(n.input(2), i[3]));
        });
  }

  private double[] layerNorm(Node n, Op.LayerNorm l) {
    Node x = n.input(0);
    int c = n.shape().dim(-1);
    return each(
        n,
        i -> {
          double mean = sum(c, k -> at(x, last(i, k))) / c;
          double variance = sum(c, k -> Math.pow(at(x, last(i, k)) - mean, 2)) / c;
          int channel = i[i.length - 1];
          return (at(x, i) - mean) / Math.sqrt(variance + l.eps()) * at(n.input(1), channel)
              + at(n.input(2), channel);
        });
  }

  private double[] attention(Node n, Op.Attention a) {
    Node q = n.input(0);
    Node k = n.input(1);
    Node v = n.input(2);
    int size = n.shape().dim(2) / a.heads();
    int keys = k.shape().dim(1);
    double[] out = new double[(int) n.shape().elements()];
    for (int b = 0; b < n.shape().dim(0); b++) {
      for (int head = 0; head < a.heads(); head++) {
        for (int token = 0; token < n.shape().dim(1); token++) {
          int visible = a.causal() ? Math.min(token + 1, keys) : keys;
          double[] score = new double[visible];
          for (int key = 0; key < visible; key++) {
            for (int c = head * size; c < (head + 1) * size; c++) {
              score[key] += a.scale() * at(q, b, token, c) * at(k, b, key, c);
            }
          }
          for (int c = head * size; c < (head + 1) * size; c++) {
            double top = 0;
            for (int key = 0; key < visible; key++) {
              double mine = score[key];
              top += at(v, b, key, c) / sum(visible, j -> Math.exp(score[j] - mine));
            }
            out[(b * n.shape().dim(1) + token) * n.shape().dim(2) + c] = top;
          }
        }
      }
    }
    return out;
  }

  private static double act(Activation act, double x) {
    return switch (act) {
      case NONE -> x;
      case SILU -> x / (1 + Math.exp(-x));
      case RELU -> x > 0 ? x : 0;
      case TANH -> Math.tanh(x);
      case GELU -> x * normal(x);
      case QUICK_GELU -> x / (1 + Math.exp(-1.702 * x));
    };
  }

  /**
   * The normal distribution function by its series {@code 1/2 + phi(x) (x + x^3/3 + x^5/15 + ...)}
   * (Abramowitz and Stegun 26.2.11), all terms of one sign.
   */
  static double normal(double x) {
    if (Math.abs(x) > 8) {
      return x > 0 ? 1 : 0;
    }
    double term = x;
    double total = x;
    for (int k = 3; Math.abs(term) > 1e-18 * Math.abs(total); k += 2) {
      term *= x * x / k;
      total += term;
    }
    return 0.5 + total * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  private static int[] last(int[] index, int value) {
    int[] i = index.clone();
    i[i.length - 1] = value;
    return i;
  }

  private static double[] floats(float[] x) {
    return IntStream.range(0, x.length).mapToDouble(i -> x[i]).toArray();
  }
}
