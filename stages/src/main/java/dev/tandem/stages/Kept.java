package dev.tandem.stages;

/**
 * What a picture keeps of an evaluation for later ones, of one half.
 *
 * @param value what is taken over: the deep part's output, or the residual of all after the first
 *     block
 * @param first output of the first block that it belongs to; empty for a deep cache
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record Kept(float[] value, float[] first) {
  private static final float[] NONE = {};

  /** Of a deep cache. */
  static Kept deep(float[] value) {
    return new Kept(value, NONE);
  }

  /**
   * How far a first block's output is from this one's: mean of absolute differences over the mean
   * of absolute values.
   */
  double change(float[] now) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < now.length; i++) {
      difference += Math.abs(now[i] - first[i]);
      size += Math.abs(first[i]);
    }
    return difference == 0 ? 0 : difference / size;
  }
}
