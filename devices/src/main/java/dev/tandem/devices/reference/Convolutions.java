package dev.tandem.devices.reference;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.Optional;

/**
 * Convolution as a matrix product: the input patch under each output pixel is one row {@code
 * [kernelHeight, kernelWidth, in]} (zero where it lies in the padding), multiplied by weights
 * {@code [kernelHeight, kernelWidth, in][out]}.
 */
final class Convolutions {
  private final int stride;
  private final Op.Padding padding;
  private final Shape x;
  private final Shape w;
  private final Shape y;

  Convolutions(Node n, int stride, Op.Padding padding) {
    this.stride = stride;
    this.padding = padding;
    this.x = n.input(0).shape();
    this.w = n.input(1).shape();
    this.y = n.shape();
  }

  static Kernel conv2d(Node n, Op.Conv2d op, Values values, Workers workers, float[] out) {
    Convolutions c = new Convolutions(n, op.stride(), op.padding());
    float[] in = values.of(n.input(0));
    float[][] weights = c.relaid(values.constant(n, 1));
    int channels = n.shape().dim(3);
    int pixels = Math.toIntExact(n.shape().rows());
    float[][] patches = new float[workers.count()][Rows.BLOCK * weights.length];
    float[][][] sums = Rows.sums(workers, channels);
    values.addScratch((long) workers.count() * Rows.BLOCK * (weights.length + channels));
    Epilogue epilogue =
        new Epilogue(
            channels,
            op.bias() ? Optional.of(values.of(n.input(2))) : Optional.empty(),
            op.addend() ? Optional.of(values.of(n.inputs().getLast())) : Optional.empty(),
            op.act(),
            out);
    return () ->
        workers.run(
            Rows.blocks(pixels),
            (worker, block) -> {
              int first = block * Rows.BLOCK;
              int rows = Math.min(Rows.BLOCK, pixels - first);
              for (int r = 0; r < rows; r++) {
                c.patch(in, first + r, patches[worker], r * weights.length);
              }
              epilogue.start(sums[worker], rows);
              Rows.addProduct(patches[worker], 0, rows, weights, sums[worker]);
              epilogue.finish(sums[worker], first, rows);
            });
  }

  /** Copies the patch under output pixel {@code pixel} (counted over the whole batch). */
  void patch(float[] in, int pixel, float[] patch, int at) {
    int height = x.dim(1);
    int width = x.dim(2);
    int channels = x.dim(3);
    int batch = pixel / (y.dim(1) * y.dim(2));
    int top = pixel / y.dim(2) % y.dim(1) * stride - padding.top();
    int left = pixel % y.dim(2) * stride - padding.left();
    int to = at;
    for (int iy = top; iy < top + w.dim(2); iy++) {
      for (int ix = left; ix < left + w.dim(3); ix++) {
        boolean inside = iy >= 0 && iy < height && ix >= 0 && ix < width;
        int from = inside ? ((batch * height + iy) * width + ix) * channels : 0;
        for (int c = 0; c < channels; c++) {
          patch[to++] = inside ? in[from + c] : 0;
        }
      }
    }
  }

  /** From {@code [out, in, kernelHeight, kernelWidth]} to {@code [kernelHeight * .. * in][out]}. */
  float[][] relaid(float[] weights) {
    int in = w.dim(1);
    int taps = w.dim(2) * w.dim(3);
    float[][] r = new float[taps * in][w.dim(0)];
    for (int o = 0; o < w.dim(0); o++) {
      for (int i = 0; i < in; i++) {
        for (int t = 0; t < taps; t++) {
          r[t * in + i][o] = weights[(o * in + i) * taps + t];
        }
      }
    }
    return r;
  }
}
