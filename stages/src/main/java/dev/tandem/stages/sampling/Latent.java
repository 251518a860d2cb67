package dev.tandem.stages.sampling;

import java.util.Arrays;

/** An immutable vector of 32-bit floats: one picture's latent, noise or model output. */
public final class Latent {
  private final float[] values;

  private Latent(float[] values) {
    this.values = values;
  }

  /** A weighted latent: one addend of {@link #sum}. */
  record Term(double weight, Latent latent) {}

  static Latent of(float[] values) {
    return new Latent(values.clone());
  }

  /** A copy of the values. */
  public float[] toArray() {
    return values.clone();
  }

  /** How many values. */
  public int size() {
    return values.length;
  }

  Term by(double weight) {
    return new Term(weight, this);
  }

  Latent times(double weight) {
    return sum(by(weight));
  }

  /** The weighted sum of latents of one size, accumulated in double, rounded to float once. */
  static Latent sum(Term... terms) {
    int size = terms[0].latent.values.length;
    double[] total = new double[size];
    for (Term term : terms) {
      float[] part = term.latent.values;
      if (part.length != size) {
        throw new IllegalArgumentException(
            "cannot add a latent of " + part.length + " values to one of " + size);
      }
      double weight = term.weight;
      for (int i = 0; i < size; i++) {
        total[i] += weight * part[i];
      }
    }
    float[] rounded = new float[size];
    for (int i = 0; i < size; i++) {
      rounded[i] = (float) total[i];
    }
    return new Latent(rounded);
  }

  /** A function of two values in float. */
  @FunctionalInterface
  interface Pairwise {
    float of(float a, float b);
  }

  /** A function of the values of two latents of one size, value by value. */
  static Latent zip(Latent a, Latent b, Pairwise function) {
    float[] result = new float[a.values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = function.of(a.values[i], b.values[i]);
    }
    return new Latent(result);
  }

  /** Every value limited to [-range, range]. */
  Latent clamp(float range) {
    float[] limited = new float[values.length];
    for (int i = 0; i < limited.length; i++) {
      limited[i] = Math.clamp(values[i], -range, range);
    }
    return new Latent(limited);
  }

  /**
   * The quantile of the magnitudes, linearly interpolated between the two nearest ranks as {@code
   * torch.quantile} does it, in float.
   *
   * @param ratio 0 (least magnitude) to 1 (largest)
   */
  float magnitudeQuantile(float ratio) {
    float[] sorted = new float[values.length];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = Math.abs(values[i]);
    }
    Arrays.sort(sorted);
    float rank = ratio * (sorted.length - 1);
    int below = (int) Math.floor(rank);
    int above = (int) Math.ceil(rank);
    return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Latent latent && Arrays.equals(values, latent.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "Latent[" + values.length + "]";
  }
}
