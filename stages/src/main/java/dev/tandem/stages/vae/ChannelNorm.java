package dev.tandem.stages.vae;

/**
 * A group norm whose statistics are known: {@code (x - mean) * factor + offset} for each channel.
 * Wu and He 2018.
 */
public final class ChannelNorm {
  private final float[] mean;
  private final float[] factor;
  private final float[] offset;

  ChannelNorm(float[] mean, float[] factor, float[] offset) {
    this.mean = mean;
    this.factor = factor;
    this.offset = offset;
  }

  /** Normalises pixels in their place, {@code [pixels, channels]}. */
  void apply(float[] pixels) {
    int channels = mean.length;
    for (int i = 0; i < pixels.length; i += channels) {
      for (int c = 0; c < channels; c++) {
        pixels[i + c] = (pixels[i + c] - mean[c]) * factor[c] + offset[c];
      }
    }
  }
}
