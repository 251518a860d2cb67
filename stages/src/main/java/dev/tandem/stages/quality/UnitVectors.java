package dev.tandem.stages.quality;

import java.util.List;

/** Vectors of length 1: their product is the cosine of the angle between them. */
public final class UnitVectors {
  private UnitVectors() {}

  /**
   * The vector scaled to length 1.
   *
   * @throws IllegalArgumentException if it has no length or one that is not finite
   */
  public static float[] normalised(float[] v) {
    double length = Math.sqrt(dot(v, v));
    if (!(length > 0 && length < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("a vector of length " + length + " has no direction");
    }
    float[] out = new float[v.length];
    for (int i = 0; i < v.length; i++) {
      out[i] = (float) (v[i] / length);
    }
    return out;
  }

  /** The cosine of two unit vectors: for a picture and its prompt, the CLIP score. */
  public static double cosine(float[] a, float[] b) {
    return dot(a, b);
  }

  /** The place of the candidate that is nearest to {@code v}, the first one of equals. */
  public static int nearest(float[] v, List<float[]> candidates) {
    int best = 0;
    for (int i = 1; i < candidates.size(); i++) {
      if (dot(v, candidates.get(i)) > dot(v, candidates.get(best))) {
        best = i;
      }
    }
    return best;
  }

  static double dot(float[] a, float[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "vectors of " + a.length + " and " + b.length + " values cannot be compared");
    }
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
