package dev.tandem.kernels.cpu;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Group norm with activation. oneDNN's own is slow for groups of few NHWC channels, so: batch norm
 * gives mean and variance of each channel, Java merges the channels of each group into a factor and
 * an offset for each channel, and one binary primitive applies both and the activation.
 */
final class GroupNorms {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  private GroupNorms() {}

  static List<Kernel> groupNorm(Lowering low, Node n, Op.GroupNorm g) {
    Primitives p = low.primitives();
    Shape s = n.shape();
    int batch = s.dim(0);
    int channels = s.dim(3);
    long item = s.elements() / batch;
    Statistics stats =
        new Statistics(p, batch, g, channels, low.memory(n.input(1)), low.memory(n.input(2)));
    List<Kernel> kernels = new ArrayList<>();
    for (int b = 0; b < batch; b++) {
      Place x = low.place(n.input(0)).plusFloats(b * item);
      Place y = low.place(n).plusFloats(b * item);
      kernels.add(moments(p, s, x, y, stats, b));
    }
    kernels.add(stats);
    for (int b = 0; b < batch; b++) {
      Place x = low.place(n.input(0)).plusFloats(b * item);
      Place y = low.place(n).plusFloats(b * item);
      kernels.add(apply(p, item / channels, channels, g, x, y, stats, b));
    }
    return kernels;
  }

  /** Mean and variance of each channel; the normalised values, written to y, are not used. */
  private static Kernel moments(Primitives p, Shape s, Place x, Place y, Statistics stats, int b) {
    long picture = p.picture(s.with(0, 1));
    long channel = p.layout(s.dim(3));
    long attributes = p.lib().attributes();
    long descriptor = p.lib().batchNorm(p.engine(), picture, picture, 1e-5f, attributes);
    p.lib().destroyAttributes(attributes);
    return p.call(descriptor)
        .arg(OneDnn.ARG_SRC, picture, x)
        .arg(OneDnn.ARG_DST, picture, y)
        .arg(OneDnn.ARG_MEAN, channel, stats.row(stats.mean, b))
        .arg(OneDnn.ARG_VARIANCE, channel, stats.row(stats.variance, b))
        .build();
  }

  private static Kernel apply(
      Primitives p,
      long pixels,
      int channels,
      Op.GroupNorm g,
      Place x,
      Place y,
      Statistics stats,
      int b) {
    long matrix = p.layout(pixels, channels);
    long row = p.layout(1, channels);
    PostOps post =
        PostOps.none()
            .binary(OneDnn.BINARY_ADD, row, stats.row(stats.offset, b))
            .activation(g.act());
    return Elementwise.binary(
        p,
        OneDnn.BINARY_MUL,
        new MatrixProducts.Operand(matrix, x),
        new MatrixProducts.Operand(row, stats.row(stats.factor, b)),
        new MatrixProducts.Operand(matrix, y),
        post);
  }

  /** From the moments of each channel to {@code y = factor * x + offset}. */
  private static final class Statistics implements Kernel {
    private final int batch;
    private final int groups;
    private final float eps;
    private final int channels;
    private final MemorySegment gamma;
    private final MemorySegment beta;
    private final MemorySegment mean;
    private final MemorySegment variance;
    private final MemorySegment factor;
    private final MemorySegment offset;

    Statistics(
        Primitives p,
        int batch,
        Op.GroupNorm g,
        int channels,
        MemorySegment gamma,
        MemorySegment beta) {
      this.batch = batch;
      this.groups = g.groups();
      this.eps = g.eps();
      this.channels = channels;
      this.gamma = gamma;
      this.beta = beta;
      long bytes = (long) batch * channels * Float.BYTES;
      mean = p.permanent(bytes);
      variance = p.permanent(bytes);
      factor = p.permanent(bytes);
      offset = p.permanent(bytes);
    }

    Place row(MemorySegment table, int b) {
      return Place.at(table.address()).plusFloats((long) b * channels);
    }

    @Override
    public void run() {
      int size = channels / groups;
      for (int i = 0; i < batch * groups; i++) {
        group(i * size, i % groups * size, size);
      }
    }

    private void group(int first, int channel, int size) {
      double sum = 0;
      for (int i = first; i < first + size; i++) {
        sum += mean.getAtIndex(F32, i);
      }
      double center = sum / size;
      double spread = 0;
      for (int i = first; i < first + size; i++) {
        double d = mean.getAtIndex(F32, i) - center;
        spread += variance.getAtIndex(F32, i) + d * d;
      }
      double scale = 1 / Math.sqrt(spread / size + eps);
      for (int i = 0; i < size; i++) {
        double f = gamma.getAtIndex(F32, channel + i) * scale;
        factor.setAtIndex(F32, first + i, (float) f);
        offset.setAtIndex(F32, first + i, (float) (beta.getAtIndex(F32, channel + i) - center * f));
      }
    }
  }
}
