package dev.tandem.stages;

/**
 * Between PyTorch's {@code [channels, height, width]} and ours, {@code [height, width, channels]}.
 */
public final class Layout {
  private Layout() {}

  /** Channels first to channels last. */
  public static float[] toChannelsLast(float[] chw, int channels) {
    return transpose(chw, channels, chw.length / channels);
  }

  /** Channels last to channels first. */
  public static float[] toChannelsFirst(float[] hwc, int channels) {
    return transpose(hwc, hwc.length / channels, channels);
  }

  private static float[] transpose(float[] in, int rows, int columns) {
    if (rows * columns != in.length) {
      throw new IllegalArgumentException(
          in.length + " values do not make " + rows + " x " + columns);
    }
    float[] out = new float[in.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        out[c * rows + r] = in[r * columns + c];
      }
    }
    return out;
  }
}
