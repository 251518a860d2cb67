package dev.tandem.conformance.golden;

import dev.tandem.devices.Tensor;

/** Tensors of PyTorch in the layout of this program. */
final class Nhwc {
  private Nhwc() {}

  /**
   * The values, row-major: {@code [batch, channels, height, width]} becomes {@code [batch, height,
   * width, channels]}, other ranks stay.
   */
  static float[] of(Tensor t) {
    float[] in = t.toFloats();
    if (t.shape().rank() != 4) {
      return in;
    }
    int channels = t.shape().dim(1);
    int pixels = t.shape().dim(2) * t.shape().dim(3);
    float[] out = new float[in.length];
    for (int b = 0; b < t.shape().dim(0); b++) {
      int base = b * channels * pixels;
      for (int c = 0; c < channels; c++) {
        for (int p = 0; p < pixels; p++) {
          out[base + p * channels + c] = in[base + c * pixels + p];
        }
      }
    }
    return out;
  }
}
