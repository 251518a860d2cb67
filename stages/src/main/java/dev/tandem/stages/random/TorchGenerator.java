package dev.tandem.stages.random;

import java.util.OptionalDouble;

/**
 * {@code torch.Generator('cpu').manual_seed(seed)}: the same numbers in the same order, whatever is
 * drawn and however often. Normal values agree with PyTorch's to rounding of its vectorised
 * logarithm and cosine (below 1e-6). Not thread-safe.
 *
 * <p>Follows ATen's {@code native/cpu/DistributionTemplates.h} (normal_fill), {@code
 * core/DistributionsHelper.h} (normal_distribution) and {@code core/MT19937RNGEngine.h}.
 */
public final class TorchGenerator {
  private static final int BLOCK = 16;
  private static final int HALF = BLOCK / 2;
  private static final float TWO_PI = (float) (2 * Math.PI);

  private final MersenneTwister words;
  private OptionalDouble spare = OptionalDouble.empty();

  /**
   * A generator at the start of its stream.
   *
   * @param seed any value; as in PyTorch, only the lower 32 bits matter
   */
  public TorchGenerator(long seed) {
    words = new MersenneTwister((int) seed);
  }

  /**
   * {@code torch.randn(n, generator=this)}: standard normal values. For a tensor of any shape, draw
   * its number of elements; they come in row-major order of PyTorch's layout, {@code [batch,
   * channels, height, width]}.
   *
   * @throws IllegalArgumentException if n is negative
   */
  public float[] randn(int n) {
    if (n < 0) {
      throw new IllegalArgumentException("cannot draw " + n + " random values");
    }
    float[] out = new float[n];
    if (n < BLOCK) {
      for (int i = 0; i < n; i++) {
        out[i] = (float) normal();
      }
      return out;
    }
    for (int i = 0; i < n; i++) {
      out[i] = uniformFloat();
    }
    for (int i = 0; i + BLOCK <= n; i += BLOCK) {
      boxMuller(out, i);
    }
    if (n % BLOCK != 0) {
      // PyTorch draws the last whole block anew, over values that were already normal
      for (int i = n - BLOCK; i < n; i++) {
        out[i] = uniformFloat();
      }
      boxMuller(out, n - BLOCK);
    }
    return out;
  }

  /** Eight pairs of uniform values, eight apart, become eight pairs of normal values. */
  private static void boxMuller(float[] v, int at) {
    for (int i = at; i < at + HALF; i++) {
      float radius = (float) Math.sqrt(-2f * (float) Math.log(1f - v[i]));
      float theta = TWO_PI * v[i + HALF];
      v[i] = radius * (float) Math.cos(theta);
      v[i + HALF] = radius * (float) Math.sin(theta);
    }
  }

  /**
   * One value in double precision; values come in pairs, and the second waits for the next call.
   */
  private double normal() {
    if (spare.isPresent()) {
      double value = spare.getAsDouble();
      spare = OptionalDouble.empty();
      return value;
    }
    double theta = 2 * Math.PI * uniformDouble();
    double radius = Math.sqrt(-2 * Math.log1p(-uniformDouble()));
    spare = OptionalDouble.of(radius * Math.sin(theta));
    return radius * Math.cos(theta);
  }

  /** 24 random bits, in 0..1 without 1. */
  private float uniformFloat() {
    return (words.nextInt() & 0xffffff) * 0x1p-24f;
  }

  /** 53 random bits, in 0..1 without 1. */
  private double uniformDouble() {
    long high = words.nextInt();
    long low = words.nextInt() & 0xffffffffL;
    return (((high << 32) | low) & ((1L << 53) - 1)) * 0x1p-53;
  }
}
