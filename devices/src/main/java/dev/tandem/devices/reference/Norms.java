package dev.tandem.devices.reference;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;

/** Normalisations: mean, then variance about that mean, then the quotient, all in double. */
final class Norms {
  private Norms() {}

  /** Wu and He 2018: statistics over one group of channels of one picture. */
  static Kernel groupNorm(Node n, Op.GroupNorm op, Values values, Workers workers, float[] out) {
    float[] x = values.of(n.input(0));
    float[] gamma = values.of(n.input(1));
    float[] beta = values.of(n.input(2));
    Shape s = n.shape();
    int channels = s.dim(3);
    int pixels = s.dim(1) * s.dim(2);
    int width = channels / op.groups();
    return () -> {
      workers.run(
          s.dim(0) * op.groups(),
          (_, i) -> {
            int channel = i % op.groups() * width;
            int first = i / op.groups() * pixels * channels + channel;
            double mean = 0;
            for (int p = 0; p < pixels; p++) {
              for (int c = 0; c < width; c++) {
                mean += x[first + p * channels + c];
              }
            }
            mean /= (double) pixels * width;
            double variance = 0;
            for (int p = 0; p < pixels; p++) {
              for (int c = 0; c < width; c++) {
                double d = x[first + p * channels + c] - mean;
                variance += d * d;
              }
            }
            variance /= (double) pixels * width;
            double inverse = 1 / Math.sqrt(variance + op.eps());
            for (int p = 0; p < pixels; p++) {
              for (int c = 0; c < width; c++) {
                int at = first + p * channels + c;
                out[at] =
                    (float) ((x[at] - mean) * inverse * gamma[channel + c] + beta[channel + c]);
              }
            }
          });
      Elementwise.inPieces(
          workers, out.length, (from, to) -> Activations.apply(op.act(), out, from, to));
    };
  }

  /** Ba et al. 2016: statistics over one row. */
  static Kernel layerNorm(Node n, Op.LayerNorm op, Values values, Workers workers, float[] out) {
    float[] x = values.of(n.input(0));
    float[] gamma = values.of(n.input(1));
    float[] beta = values.of(n.input(2));
    int width = n.shape().dim(-1);
    return () ->
        workers.run(
            out.length / width,
            (_, row) -> {
              int at = row * width;
              double mean = 0;
              for (int c = 0; c < width; c++) {
                mean += x[at + c];
              }
              mean /= width;
              double variance = 0;
              for (int c = 0; c < width; c++) {
                variance += (x[at + c] - mean) * (x[at + c] - mean);
              }
              double inverse = 1 / Math.sqrt(variance / width + op.eps());
              for (int c = 0; c < width; c++) {
                out[at + c] = (float) ((x[at + c] - mean) * inverse * gamma[c] + beta[c]);
              }
            });
  }

  static Kernel softmax(Node n, Op.Softmax op, Values values, Workers workers, float[] out) {
    float[] x = values.of(n.input(0));
    int width = n.shape().dim(-1);
    return () ->
        workers.run(
            out.length / width,
            (_, row) -> {
              System.arraycopy(x, row * width, out, row * width, width);
              softmax(out, row * width, width, op.scale());
            });
  }

  /** Softmax of {@code scale * x} in place, its largest exponent moved to 0 against overflow. */
  static void softmax(float[] x, int at, int width, float scale) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int j = at; j < at + width; j++) {
      largest = Math.max(largest, (double) scale * x[j]);
    }
    double sum = 0;
    for (int j = at; j < at + width; j++) {
      sum += Math.exp((double) scale * x[j] - largest);
    }
    for (int j = at; j < at + width; j++) {
      x[j] = (float) (Math.exp((double) scale * x[j] - largest) / sum);
    }
  }
}
