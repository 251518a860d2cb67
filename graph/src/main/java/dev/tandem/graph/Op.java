package dev.tandem.graph;

import java.util.List;
import java.util.Locale;

/**
 * The operations of a graph: one record each, with its attributes. Operands are {@link
 * Node#inputs()}, in the order given here. Shape rules are in {@link ShapeInference}.
 */
public sealed interface Op {

  /** A value that the caller supplies before each run; it keeps its contents between runs. */
  record Input(Shape shape, DType type) implements Op {}

  /**
   * A weight, found by the node's name in the checkpoint, in the checkpoint's layout.
   *
   * @param type in which it is stored: F16 and BF16 may stay so in a device's memory. I8 is what
   *     the source of weights must have; for real numbers it is a hint
   */
  record Weight(Shape shape, DType type) implements Op {
    /** Of real numbers, of whatever type. */
    public Weight(Shape shape) {
      this(shape, DType.F32);
    }
  }

  /**
   * A weight of real numbers that is stored in 8 or 4 bits: {@code scale * number}. It is constant,
   * so nothing is computed for it; what reads it may unpack it piece by piece.
   *
   * <p>Operands, weights both: numbers I8, scale F32 {@code [rows, groups]}, where a row is what
   * belongs to one extent of the shape's first axis and a group is {@code group} numbers of it. Of
   * 8 bits: numbers of the shape itself. Of 4 bits: {@code [rows, ceil(rowSize / 2)]}, the first of
   * two numbers in the low half of a byte, each with 8 added.
   *
   * @param bits 8 or 4
   * @param group numbers that share a scale; the last group of a row may be smaller
   */
  record Dequantize(Shape shape, int bits, int group) implements Op {}

  /**
   * Real numbers as whole ones from -127 to 127: {@code x * inverse}, rounded to the nearest, half
   * to even.
   *
   * <p>Operands: x {@code [..., channels]}, inverse {@code [1]} or {@code [channels]}: one divided
   * by the scale. Result I8.
   */
  record Quantize() implements Op {}

  /**
   * {@link Conv2d} of whole numbers: {@code act(scale * conv(x, w) + bias + addend)}, where the sum
   * is exact, in 32 bits.
   *
   * <p>Operands: x I8 {@code [batch, height, width, in]}, w I8 {@code [out, in, kernelHeight,
   * kernelWidth]}, scale F32 {@code [out]}, then as of {@link Conv2d}. Result F32.
   */
  record QuantizedConv2d(int stride, Padding padding, boolean bias, boolean addend, Activation act)
      implements Op {}

  /**
   * {@link Linear} of whole numbers: {@code act(scale * x w^T + bias + addend)}, where the sum is
   * exact, in 32 bits.
   *
   * <p>Operands: x I8 {@code [..., in]}, w I8 {@code [out, in]}, scale F32 {@code [out]}, then as
   * of {@link Linear}. Result F32.
   */
  record QuantizedLinear(boolean bias, boolean addend, Activation act) implements Op {}

  /**
   * 2-D convolution: {@code act(conv(x, w) + bias + addend)}.
   *
   * <p>Operands: x {@code [batch, height, width, in]}, w {@code [out, in, kernelHeight,
   * kernelWidth]}, then bias {@code [out]} if {@code bias}, then addend if {@code addend}: of the
   * result's shape (a residual) or {@code [batch, 1, 1, out]} (a time embedding).
   */
  record Conv2d(int stride, Padding padding, boolean bias, boolean addend, Activation act)
      implements Op {}

  /**
   * Linear layer over the innermost axis: {@code act(x w^T + bias + addend)}.
   *
   * <p>Operands: x {@code [..., in]}, w {@code [out, in]}, then bias {@code [out]} if {@code bias},
   * then addend of the result's shape if {@code addend}.
   */
  record Linear(boolean bias, boolean addend, Activation act) implements Op {}

  /**
   * Linear layer followed by {@link Geglu}: {@code value * gelu(gate)} with {@code [value, gate] =
   * x w^T + bias}.
   *
   * <p>Operands: x {@code [..., in]}, w {@code [2 * out, in]}, then bias {@code [2 * out]} if
   * {@code bias}. Made by {@link Fusion}.
   */
  record GegluLinear(boolean bias) implements Op {}

  /**
   * Batched matrix product {@code scale * a b}: a {@code [..., m, k]}, b {@code [..., k, n]}, or
   * {@code [..., n, k]} if {@code transposeB}; leading extents are equal.
   */
  record MatMul(boolean transposeB, float scale) implements Op {}

  /**
   * Group normalisation over {@code [batch, height, width, channels]} followed by an activation.
   * Operands: x, gamma {@code [channels]}, beta {@code [channels]}. Wu and He 2018.
   */
  record GroupNorm(int groups, float eps, Activation act) implements Op {}

  /** Layer normalisation over the innermost axis. Operands: x, gamma, beta. Ba et al. 2016. */
  record LayerNorm(float eps) implements Op {}

  /** An element-wise function. */
  record Activate(Activation act) implements Op {}

  /** {@code [..., 2n] -> [..., n]}: first half times the exact GELU of the second half. */
  record Geglu() implements Op {}

  /**
   * Scaled dot-product attention, {@code softmax(q k^T * scale) v} for each head.
   *
   * <p>Operands: q {@code [batch, tokens, heads * headSize]}, k and v {@code [batch, keys, heads *
   * headSize]}. Channels are head-major: head h owns {@code [h * headSize, (h + 1) * headSize)}.
   * With {@code causal}, token i sees keys 0 to i only.
   */
  record Attention(int heads, boolean causal, float scale) implements Op {}

  /** Softmax of {@code scale * x} over the innermost axis. */
  record Softmax(float scale) implements Op {}

  /**
   * Nearest-neighbour resampling of {@code [batch, height, width, channels]}: source row is {@code
   * floor(y * height / outHeight)}.
   */
  record Upsample(int height, int width) implements Op {}

  /** Joins two tensors along an axis (0 is the outermost). */
  record Concat(int axis) implements Op {}

  /** {@code a + b}; b has a's rank, each extent equal to a's or 1. */
  record Add() implements Op {}

  /** {@code factor * x + offset}. */
  record Scale(float factor, float offset) implements Op {}

  /** Rows of a table. Operands: ids I32 {@code [batch, tokens]}, table {@code [rows, channels]}. */
  record Embedding() implements Op {}

  /**
   * One row of each batch item. Operands: x {@code [batch, tokens, channels]}, index I32 {@code
   * [batch]}; result {@code [batch, channels]}.
   */
  record GatherRows() implements Op {}

  /**
   * Sinusoidal embedding of F32 {@code [batch]} into {@code [batch, dim]}: frequencies {@code
   * exp(-ln(10000) * i / (dim/2 - freqShift))}, sines first unless {@code flipSinToCos}. diffusers'
   * {@code get_timestep_embedding}.
   */
  record TimestepEmbedding(int dim, boolean flipSinToCos, float freqShift) implements Op {}

  /** The same elements under another shape: a view, no copy. */
  record Reshape(Shape shape) implements Op {}

  /** Zero padding of a convolution in elements; asymmetric where top and bottom differ. */
  record Padding(int top, int left, int bottom, int right) {
    public static final Padding NONE = new Padding(0, 0, 0, 0);

    public Padding {
      if (top < 0 || left < 0 || bottom < 0 || right < 0) {
        throw new GraphException(
            "padding must not be negative: " + top + ", " + left + ", " + bottom + ", " + right);
      }
    }

    public static Padding same(int all) {
      return new Padding(all, all, all, all);
    }
  }

  /** Short lower-case name of the operation, for example {@code conv2d}. */
  default String kind() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  /** Result shape for the given operands; throws {@link GraphException} that names {@code name}. */
  default Shape infer(String name, List<Node> inputs) {
    return ShapeInference.infer(this, name, inputs);
  }

  /**
   * Type of the result for the given operands: everything is computed in F32 unless a device stores
   * it narrower; a view keeps the type of what it looks at.
   */
  default DType resultType(List<Node> inputs) {
    return switch (this) {
      case Input in -> in.type();
      case Weight w -> w.type();
      case Quantize _ -> DType.I8;
      case Reshape _ -> inputs.getFirst().type();
      default -> DType.F32;
    };
  }
}
