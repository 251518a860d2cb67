package dev.tandem.devices.reference;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.Locale;

/** Rows picked by index, and the sinusoidal embedding of timesteps. */
final class Embeddings {
  private Embeddings() {}

  static Kernel embedding(Node n, Values values, float[] out) {
    Tensor ids = values.integers(n.input(0));
    float[] table = values.of(n.input(1));
    int rows = n.input(1).shape().dim(0);
    int width = n.shape().dim(-1);
    return () -> {
      for (int i = 0; i < out.length / width; i++) {
        int id = checked(n, ids.getInt(i), rows);
        System.arraycopy(table, id * width, out, i * width, width);
      }
    };
  }

  static Kernel gatherRows(Node n, Values values, float[] out) {
    float[] x = values.of(n.input(0));
    Tensor index = values.integers(n.input(1));
    int tokens = n.input(0).shape().dim(1);
    int width = n.shape().dim(-1);
    return () -> {
      for (int b = 0; b < n.shape().dim(0); b++) {
        int row = b * tokens + checked(n, index.getInt(b), tokens);
        System.arraycopy(x, row * width, out, b * width, width);
      }
    };
  }

  private static int checked(Node n, int index, int rows) {
    if (index < 0 || index >= rows) {
      throw new DeviceException(
          String.format(
              Locale.ROOT,
              "%s '%s': index %d is outside the %d rows",
              n.op().kind(),
              n.name(),
              index,
              rows));
    }
    return index;
  }

  /**
   * Frequencies and phases are rounded to F32 where diffusers' {@code get_timestep_embedding} does,
   * because at timestep 999 the rounding of the phase shows.
   */
  static Kernel timestep(Node n, Op.TimestepEmbedding op, Values values, float[] out) {
    float[] t = values.of(n.input(0));
    int half = op.dim() / 2;
    int sine = op.flipSinToCos() ? half : 0;
    int cosine = op.flipSinToCos() ? 0 : half;
    float[] frequencies = new float[half];
    for (int i = 0; i < half; i++) {
      float exponent = (float) -Math.log(10_000) * i / (half - op.freqShift());
      frequencies[i] = (float) Math.exp(exponent);
    }
    return () -> {
      for (int b = 0; b < t.length; b++) {
        for (int i = 0; i < half; i++) {
          float phase = t[b] * frequencies[i];
          out[b * op.dim() + sine + i] = (float) Math.sin(phase);
          out[b * op.dim() + cosine + i] = (float) Math.cos(phase);
        }
      }
    };
  }
}
