package dev.tandem.stages.quantize;

/**
 * How often magnitudes occurred. Bins have the same width relative to what is in them, a 256th of
 * the power of two below: 31 powers from 2^-20; what is smaller counts as 0, what is larger as the
 * largest.
 */
final class Histogram {
  private static final int BITS = 8;
  private static final int SHIFT = 23 - BITS;
  private static final int FIRST = (127 - 20) << BITS;

  /** Bins, the one of zero among them. */
  static final int BINS = (31 << BITS) + 1;

  private static final int CANDIDATES = 81;
  private static final double LEAST_SHARE = 0.2;
  private static final int LARGEST_NUMBER = 127;

  private final long[] counts;

  Histogram() {
    this(new long[BINS]);
  }

  /** One that was kept: of {@link #BINS} counts, which it takes over. */
  Histogram(long[] counts) {
    if (counts.length != BINS) {
      throw new IllegalArgumentException("a histogram has " + BINS + " bins, got " + counts.length);
    }
    this.counts = counts;
  }

  void add(float x) {
    int magnitude = (Float.floatToRawIntBits(x) & Integer.MAX_VALUE) >>> SHIFT;
    counts[Math.clamp(magnitude - FIRST + 1, 0, BINS - 1)]++;
  }

  long[] counts() {
    return counts;
  }

  /** The middle of a bin. */
  private static double middle(int bin) {
    if (bin == 0) {
      return 0;
    }
    int bits = FIRST + bin - 1;
    double low = Float.intBitsToFloat(bits << SHIFT);
    double high = Float.intBitsToFloat((bits + 1) << SHIFT);
    return (low + high) / 2;
  }

  /** What rounding to multiples of a scale costs, from -127 to 127 times it. */
  Noise noise(double scale) {
    double signal = 0;
    double error = 0;
    for (int i = 0; i < BINS; i++) {
      if (counts[i] > 0) {
        double x = middle(i);
        double d = Math.min(Math.rint(x / scale), LARGEST_NUMBER) * scale - x;
        signal += counts[i] * x * x;
        error += counts[i] * d * d;
      }
    }
    return new Noise(signal, error);
  }

  /** The scale of the least square error; 1 where there was nothing but zeros. */
  float bestScale() {
    int top = BINS - 1;
    while (top > 0 && counts[top] == 0) {
      top--;
    }
    if (top == 0) {
      return 1;
    }
    double largest = middle(top);
    double best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < CANDIDATES; i++) {
      double share = 1 - i * (1 - LEAST_SHARE) / (CANDIDATES - 1);
      double scale = largest * share / LARGEST_NUMBER;
      double error = noise(scale).error();
      if (error < least) {
        least = error;
        best = scale;
      }
    }
    return (float) best;
  }
}
