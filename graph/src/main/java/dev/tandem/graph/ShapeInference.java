package dev.tandem.graph;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The shape rule of every operation, with errors that name the operation, node and shapes. */
final class ShapeInference {
  private final Op op;
  private final String name;
  private final List<Node> in;

  private ShapeInference(Op op, String name, List<Node> in) {
    this.op = op;
    this.name = name;
    this.in = in;
  }

  static Shape infer(Op op, String name, List<Node> inputs) {
    return new ShapeInference(op, name, inputs).result();
  }

  private Shape result() {
    operandTypes();
    return switch (op) {
      case Op.Input i -> i.shape();
      case Op.Weight w -> w.shape();
      case Op.Dequantize d -> dequantize(d);
      case Op.Quantize _ -> quantize();
      case Op.Conv2d c -> conv2d(c.stride(), c.padding(), c.bias(), c.addend(), 2);
      case Op.QuantizedConv2d c -> conv2d(c.stride(), c.padding(), c.bias(), c.addend(), 3);
      case Op.Linear l -> linear(l.bias(), l.addend(), 2);
      case Op.QuantizedLinear l -> linear(l.bias(), l.addend(), 3);
      case Op.GegluLinear g -> gegluLinear(g);
      case Op.MatMul m -> matMul(m);
      case Op.GroupNorm g -> groupNorm(g);
      case Op.LayerNorm _ -> layerNorm();
      case Op.Activate _ -> unary();
      case Op.Softmax _ -> softmax();
      case Op.Scale _ -> unary();
      case Op.Geglu _ -> geglu();
      case Op.Attention a -> attention(a);
      case Op.Upsample u -> upsample(u);
      case Op.Concat c -> concat(c);
      case Op.Add _ -> add();
      case Op.Embedding _ -> embedding();
      case Op.GatherRows _ -> gatherRows();
      case Op.TimestepEmbedding t -> timestepEmbedding(t);
      case Op.Reshape r -> reshape(r);
    };
  }

  /** Everything that is computed with is real, but for indices and what is quantised. */
  private void operandTypes() {
    for (int i = 0; i < in.size() && !(op instanceof Op.Reshape); i++) {
      DType type = in.get(i).type();
      Optional<DType> whole = whole(i);
      if (whole.isPresent()) {
        check(type == whole.get(), "operand " + i + " is " + type + ", must be " + whole.get());
      } else {
        check(type.isFloat(), "operand " + i + " is " + type + ", must be of real numbers");
      }
    }
  }

  /** The type of an operand of whole numbers; views take any type. */
  private Optional<DType> whole(int operand) {
    return switch (op) {
      case Op.Embedding _ when operand == 0 -> Optional.of(DType.I32);
      case Op.GatherRows _ when operand == 1 -> Optional.of(DType.I32);
      case Op.Dequantize _ when operand == 0 -> Optional.of(DType.I8);
      case Op.QuantizedConv2d _, Op.QuantizedLinear _ when operand < 2 -> Optional.of(DType.I8);
      default -> Optional.empty();
    };
  }

  private Shape dequantize(Op.Dequantize d) {
    operands(2);
    check(in.stream().allMatch(Node::isWeight), "numbers and scale must be weights");
    check(d.bits() == 8 || d.bits() == 4, d.bits() + " bits are neither 8 nor 4");
    check(d.group() >= 1, "group of " + d.group() + " is below 1");
    int rows = d.shape().dim(0);
    int row = Math.toIntExact(d.shape().elements() / rows);
    exact(0, d.bits() == 8 ? d.shape() : Shape.of(rows, Math.ceilDiv(row, 2)), "numbers");
    exact(1, Shape.of(rows, Math.ceilDiv(row, d.group())), "scale");
    return d.shape();
  }

  private Shape quantize() {
    operands(2);
    Shape x = channels(0);
    Shape inverse = ranked(1, 1);
    check(
        inverse.dim(0) == 1 || inverse.dim(0) == x.dim(-1),
        "inverse " + inverse + " is neither one number nor one a channel");
    return x;
  }

  /** The operands before the bias are {@code before}: of whole numbers the last is the scale. */
  private Shape conv2d(int stride, Op.Padding p, boolean bias, boolean addend, int before) {
    operands(before + (bias ? 1 : 0) + (addend ? 1 : 0));
    Shape x = ranked(0, 4);
    Shape w = ranked(1, 4);
    check(stride >= 1, "stride " + stride + " is below 1");
    scale(before, w.dim(0));
    check(
        x.dim(3) == w.dim(1),
        "input " + x + " has " + x.dim(3) + " channels but weight " + w + " takes " + w.dim(1));
    int spanY = x.dim(1) + p.top() + p.bottom() - w.dim(2);
    int spanX = x.dim(2) + p.left() + p.right() - w.dim(3);
    check(
        spanY >= 0 && spanX >= 0,
        "padded input " + x + " is smaller than the kernel of weight " + w);
    Shape out = Shape.of(x.dim(0), spanY / stride + 1, spanX / stride + 1, w.dim(0));
    if (bias) {
      exact(before, Shape.of(w.dim(0)), "bias");
    }
    if (addend) {
      Shape a = in.getLast().shape();
      check(
          a.equals(out) || a.equals(Shape.of(out.dim(0), 1, 1, out.dim(3))),
          "addend " + a + " fits neither " + out + " nor one row a picture");
    }
    return out;
  }

  private Shape linear(boolean bias, boolean addend, int before) {
    operands(before + (bias ? 1 : 0) + (addend ? 1 : 0));
    Shape out = linearOut();
    scale(before, out.dim(-1));
    if (bias) {
      exact(before, Shape.of(out.dim(-1)), "bias");
    }
    if (addend) {
      exact(in.size() - 1, out, "addend");
    }
    return out;
  }

  private Shape gegluLinear(Op.GegluLinear g) {
    operands(g.bias() ? 3 : 2);
    Shape wide = linearOut();
    check(wide.dim(-1) % 2 == 0, "weight " + in.get(1).shape() + " has an odd number of rows");
    if (g.bias()) {
      exact(2, Shape.of(wide.dim(-1)), "bias");
    }
    return wide.with(-1, wide.dim(-1) / 2);
  }

  private void scale(int before, int out) {
    if (before == 3) {
      exact(2, Shape.of(out), "scale");
    }
  }

  private Shape linearOut() {
    Shape x = in.get(0).shape();
    Shape w = ranked(1, 2);
    channels(0);
    check(
        x.dim(-1) == w.dim(1),
        "input " + x + " has " + x.dim(-1) + " channels but weight " + w + " takes " + w.dim(1));
    return x.with(-1, w.dim(0));
  }

  private Shape matMul(Op.MatMul m) {
    operands(2);
    Shape a = in.get(0).shape();
    Shape b = in.get(1).shape();
    check(a.rank() >= 2, "operand " + a + " is not a matrix");
    check(a.rank() == b.rank(), "operands " + a + " and " + b + " differ in rank");
    for (int i = 0; i < a.rank() - 2; i++) {
      check(a.dim(i) == b.dim(i), "leading extents of " + a + " and " + b + " differ");
    }
    int k = m.transposeB() ? b.dim(-1) : b.dim(-2);
    check(a.dim(-1) == k, "inner extents of " + a + " and " + b + " differ");
    return a.with(-1, m.transposeB() ? b.dim(-2) : b.dim(-1));
  }

  private Shape groupNorm(Op.GroupNorm g) {
    operands(3);
    Shape x = ranked(0, 4);
    check(
        g.groups() >= 1 && x.dim(3) % g.groups() == 0,
        x.dim(3) + " channels do not divide into " + g.groups() + " groups");
    exact(1, Shape.of(x.dim(3)), "gamma");
    exact(2, Shape.of(x.dim(3)), "beta");
    return x;
  }

  private Shape layerNorm() {
    operands(3);
    Shape x = channels(0);
    exact(1, Shape.of(x.dim(-1)), "gamma");
    exact(2, Shape.of(x.dim(-1)), "beta");
    return x;
  }

  private Shape unary() {
    operands(1);
    return in.get(0).shape();
  }

  private Shape softmax() {
    operands(1);
    return channels(0);
  }

  private Shape geglu() {
    operands(1);
    Shape x = channels(0);
    check(x.dim(-1) % 2 == 0, "input " + x + " has an odd number of channels");
    return x.with(-1, x.dim(-1) / 2);
  }

  private Shape attention(Op.Attention a) {
    operands(3);
    Shape q = ranked(0, 3);
    Shape k = ranked(1, 3);
    exact(2, k, "v");
    check(
        q.dim(0) == k.dim(0) && q.dim(2) == k.dim(2),
        "q " + q + " and k " + k + " differ in batch or channels");
    check(
        a.heads() >= 1 && q.dim(2) % a.heads() == 0,
        q.dim(2) + " channels do not divide into " + a.heads() + " heads");
    return q;
  }

  private Shape upsample(Op.Upsample u) {
    operands(1);
    Shape x = ranked(0, 4);
    check(
        u.height() >= 1 && u.width() >= 1,
        "cannot resample to " + u.height() + " rows of " + u.width());
    return Shape.of(x.dim(0), u.height(), u.width(), x.dim(3));
  }

  private Shape concat(Op.Concat c) {
    operands(2);
    Shape a = in.get(0).shape();
    Shape b = in.get(1).shape();
    check(a.rank() == b.rank(), "operands " + a + " and " + b + " differ in rank");
    check(c.axis() >= 0 && c.axis() < a.rank(), "axis " + c.axis() + " is outside " + a);
    check(
        a.with(c.axis(), 1).equals(b.with(c.axis(), 1)),
        "operands " + a + " and " + b + " differ beyond axis " + c.axis());
    return a.with(c.axis(), a.dim(c.axis()) + b.dim(c.axis()));
  }

  private Shape add() {
    operands(2);
    Shape a = in.get(0).shape();
    Shape b = in.get(1).shape();
    check(a.rank() == b.rank(), "operands " + a + " and " + b + " differ in rank");
    for (int i = 0; i < a.rank(); i++) {
      check(b.dim(i) == a.dim(i) || b.dim(i) == 1, "operand " + b + " does not broadcast to " + a);
    }
    return a;
  }

  private Shape embedding() {
    operands(2);
    Shape ids = ranked(0, 2);
    return Shape.of(ids.dim(0), ids.dim(1), ranked(1, 2).dim(1));
  }

  private Shape gatherRows() {
    operands(2);
    Shape x = ranked(0, 3);
    exact(1, Shape.of(x.dim(0)), "index");
    return Shape.of(x.dim(0), x.dim(2));
  }

  private Shape timestepEmbedding(Op.TimestepEmbedding t) {
    operands(1);
    check(t.dim() >= 2 && t.dim() % 2 == 0, "embedding size " + t.dim() + " is not even");
    int frequencies = t.dim() / 2;
    check(
        t.freqShift() < frequencies,
        "frequency shift " + t.freqShift() + " is not below the " + frequencies + " frequencies");
    return Shape.of(ranked(0, 1).dim(0), t.dim());
  }

  private Shape reshape(Op.Reshape r) {
    operands(1);
    Shape x = in.get(0).shape();
    check(
        x.elements() == r.shape().elements(),
        x + " has " + x.elements() + " elements, " + r.shape() + " has " + r.shape().elements());
    return r.shape();
  }

  private void operands(int n) {
    check(in.size() == n, "takes " + n + " operands, got " + in.size());
  }

  private Shape ranked(int i, int rank) {
    Shape s = in.get(i).shape();
    check(s.rank() == rank, "operand " + i + " must have " + rank + " axes");
    return s;
  }

  private Shape channels(int i) {
    Shape s = in.get(i).shape();
    check(s.rank() >= 1, "operand " + i + " is a scalar");
    return s;
  }

  private void exact(int i, Shape expected, String what) {
    Shape s = in.get(i).shape();
    check(s.equals(expected), what + " is " + s + ", expected " + expected);
  }

  private void check(boolean ok, String problem) {
    if (!ok) {
      String shapes =
          in.stream().map(n -> n.shape().toString()).collect(Collectors.joining(", ", "(", ")"));
      throw new GraphException(op.kind() + " '" + name + "' " + shapes + ": " + problem);
    }
  }
}
