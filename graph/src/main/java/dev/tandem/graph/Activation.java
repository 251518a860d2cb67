package dev.tandem.graph;

/** Element-wise functions, usable alone ({@link Op.Activate}) or fused into another operation. */
public enum Activation {
  /** The identity: no activation. */
  NONE,
  /** {@code x * sigmoid(x)}, also called swish. */
  SILU,
  /** {@code max(x, 0)}. */
  RELU,
  /** Hyperbolic tangent. */
  TANH,
  /** {@code 0.5 * x * (1 + erf(x / sqrt(2)))}: the exact form, not the tanh approximation. */
  GELU,
  /** {@code x * sigmoid(1.702 * x)}: the approximation that CLIP was trained with. */
  QUICK_GELU
}
