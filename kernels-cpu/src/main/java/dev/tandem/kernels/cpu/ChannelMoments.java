package dev.tandem.kernels.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Mean and spread of each channel over some pixels, by two passes over data that the first leaves
 * in the cache. Sums are taken in F32 over a few values, as vectors, and then in F64.
 */
final class ChannelMoments {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  /** Several pixels of few channels make one row of about this many floats. */
  private static final int ROW = 1024;

  /** Rows whose values are summed in F32. */
  private static final int BLOCK = 32;

  private float[] row = new float[0];
  private float[] center = new float[0];
  private float[] sum = new float[0];

  /**
   * Moments of pixels {@code [first, end)}.
   *
   * @param data {@code [pixels, channels]}
   * @param start of the data, bytes
   * @param means receives a mean for each channel from {@code at} on
   * @param spreads receives the sum of squared differences from that mean
   */
  void measure(
      MemorySegment data,
      long start,
      int first,
      int end,
      double[] means,
      double[] spreads,
      int at,
      int channels) {
    int pixels = end - first;
    int length = Math.clamp(ROW / channels, 1, pixels) * channels;
    if (row.length < length) {
      row = new float[length];
      center = new float[length];
      sum = new float[length];
    }
    long from = start + (long) first * channels * Float.BYTES;
    long floats = (long) pixels * channels;
    Arrays.fill(means, at, at + channels, 0);
    Arrays.fill(spreads, at, at + channels, 0);
    MemorySegment.copy(data, F32, from, center, 0, channels);
    repeat(channels, length);
    pass(data, from, floats, length, channels, means, at, false);
    for (int c = 0; c < channels; c++) {
      means[at + c] = center[c] + means[at + c] / pixels;
      center[c] = (float) means[at + c];
    }
    repeat(channels, length);
    pass(data, from, floats, length, channels, spreads, at, true);
    for (int c = 0; c < channels; c++) {
      double rounding = center[c] - means[at + c];
      spreads[at + c] = Math.max(0, spreads[at + c] - pixels * rounding * rounding);
    }
  }

  private void repeat(int channels, int length) {
    for (int i = channels; i < length; i += channels) {
      System.arraycopy(center, 0, center, i, channels);
    }
  }

  /** Adds up each channel's differences from the center, or their squares. */
  private void pass(
      MemorySegment data,
      long from,
      long floats,
      int length,
      int channels,
      double[] to,
      int at,
      boolean squares) {
    int rows = 0;
    for (long i = 0; i < floats; i += length) {
      int n = (int) Math.min(length, floats - i);
      MemorySegment.copy(data, F32, from + i * Float.BYTES, row, 0, n);
      if (squares) {
        squares(row, center, sum, n);
      } else {
        differences(row, center, sum, n);
      }
      if (++rows == BLOCK || i + n == floats) {
        rows = 0;
        for (int k = 0; k < length; k += channels) {
          addUp(k, channels, to, at);
        }
      }
    }
  }

  private void addUp(int k, int channels, double[] to, int at) {
    for (int c = 0; c < channels; c++) {
      to[at + c] += sum[k + c];
      sum[k + c] = 0;
    }
  }

  private static void differences(float[] x, float[] center, float[] sum, int n) {
    for (int i = 0; i < n; i++) {
      sum[i] += x[i] - center[i];
    }
  }

  private static void squares(float[] x, float[] center, float[] sum, int n) {
    for (int i = 0; i < n; i++) {
      float d = x[i] - center[i];
      sum[i] += d * d;
    }
  }
}
