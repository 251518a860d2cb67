package dev.tandem.kernels.cpu;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import dev.tandem.kernels.cpu.MatrixProducts.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Group norm with activation. oneDNN's own is slow for groups of few NHWC channels, so: batch norm
 * gives mean and variance of each channel (shifted to begin at zero), Java merges the channels of
 * each group into a factor and an offset for each channel, and one binary primitive applies both
 * and the activation.
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
    Statistics stats = new Statistics(low, n, g);
    List<Kernel> kernels = new ArrayList<>();
    for (int b = 0; b < batch; b++) {
      Place x = low.place(n.input(0)).plusFloats(b * item);
      Place y = low.place(n).plusFloats(b * item);
      kernels.add(shift(p, item / channels, channels, x, y));
      kernels.add(moments(p, s, y, stats, b));
    }
    kernels.add(stats);
    for (int b = 0; b < batch; b++) {
      Place y = low.place(n).plusFloats(b * item);
      kernels.add(apply(p, item / channels, channels, g, y, stats, b));
    }
    return kernels;
  }

  /**
   * Subtracts the first pixel from all, {@code x} into {@code y}: the mean of a channel may be far
   * from zero, and sums in F32 would lose what it differs by.
   */
  private static Kernel shift(Primitives p, long pixels, int channels, Place x, Place y) {
    long matrix = p.layout(pixels, channels);
    return Elementwise.binary(
        p,
        OneDnn.BINARY_SUB,
        new Operand(matrix, x),
        new Operand(p.layout(1, channels), x),
        new Operand(matrix, y),
        PostOps.none());
  }

  /** Mean and variance of each channel; the normalised values go to scratch and are not used. */
  private static Kernel moments(Primitives p, Shape s, Place y, Statistics stats, int b) {
    long picture = p.picture(s.with(0, 1));
    long channel = p.layout(s.dim(3));
    Place unused = p.temporary(0, s.elements() / s.dim(0) * Float.BYTES);
    long attributes = p.lib().attributes();
    long descriptor = p.lib().batchNorm(p.engine(), picture, picture, 1e-5f, attributes);
    p.lib().destroyAttributes(attributes);
    return p.call(descriptor)
        .arg(OneDnn.ARG_SRC, picture, y)
        .arg(OneDnn.ARG_DST, picture, unused)
        .arg(OneDnn.ARG_MEAN, channel, stats.row(stats.mean, b))
        .arg(OneDnn.ARG_VARIANCE, channel, stats.row(stats.variance, b))
        .build();
  }

  private static Kernel apply(
      Primitives p, long pixels, int channels, Op.GroupNorm g, Place y, Statistics stats, int b) {
    long row = p.layout(1, channels);
    PostOps post =
        PostOps.none()
            .binary(OneDnn.BINARY_ADD, row, stats.row(stats.offset, b))
            .activation(g.act());
    Operand matrix = new Operand(p.layout(pixels, channels), y);
    Operand factor = new Operand(row, stats.row(stats.factor, b));
    return Elementwise.binary(p, OneDnn.BINARY_MUL, matrix, factor, matrix, post);
  }

  /** From the moments of each shifted channel to {@code factor * shifted + offset}. */
  private static final class Statistics implements Kernel {
    private final Op.GroupNorm op;
    private final int batch;
    private final int channels;
    private final long item;
    private final MemorySegment x;
    private final MemorySegment gamma;
    private final MemorySegment beta;
    private final MemorySegment mean;
    private final MemorySegment variance;
    private final MemorySegment factor;
    private final MemorySegment offset;
    private final float[] gammas;
    private final float[] betas;
    private final float[] shifts;
    private final float[] means;
    private final float[] variances;

    Statistics(Lowering low, Node n, Op.GroupNorm op) {
      this.op = op;
      batch = n.shape().dim(0);
      channels = n.shape().dim(3);
      item = n.shape().elements() / batch;
      x = low.memory(n.input(0));
      gamma = low.memory(n.input(1));
      beta = low.memory(n.input(2));
      Primitives p = low.primitives();
      long bytes = (long) batch * channels * Float.BYTES;
      mean = p.permanent(bytes);
      variance = p.permanent(bytes);
      factor = p.permanent(bytes);
      offset = p.permanent(bytes);
      gammas = new float[channels];
      betas = new float[channels];
      shifts = new float[channels];
      means = new float[channels];
      variances = new float[channels];
    }

    Place row(MemorySegment table, int b) {
      return Place.at(table.address()).plusFloats((long) b * channels);
    }

    /** Copies whole rows: single accesses to native memory are slow until they are compiled. */
    @Override
    public void run() {
      load(gamma, 0, gammas);
      load(beta, 0, betas);
      int size = channels / op.groups();
      for (int b = 0; b < batch; b++) {
        load(x, b * item, shifts);
        load(mean, (long) b * channels, means);
        load(variance, (long) b * channels, variances);
        for (int c = 0; c < channels; c += size) {
          group(c, c + size);
        }
        store(means, factor, b);
        store(variances, offset, b);
      }
    }

    private void load(MemorySegment from, long first, float[] to) {
      MemorySegment.copy(from, F32, first * Float.BYTES, to, 0, channels);
    }

    private void store(float[] from, MemorySegment to, int b) {
      MemorySegment.copy(from, 0, to, F32, (long) b * channels * Float.BYTES, channels);
    }

    /** Replaces means and variances of a group's channels by factors and offsets. */
    private void group(int first, int end) {
      double sum = 0;
      for (int c = first; c < end; c++) {
        sum += (double) shifts[c] + means[c];
      }
      double center = sum / (end - first);
      double spread = 0;
      for (int c = first; c < end; c++) {
        double d = (double) shifts[c] + means[c] - center;
        spread += variances[c] + d * d;
      }
      double scale = 1 / Math.sqrt(spread / (end - first) + op.eps());
      for (int c = first; c < end; c++) {
        double f = gammas[c] * scale;
        means[c] = (float) f;
        variances[c] = (float) (betas[c] + (shifts[c] - center) * f);
      }
    }
  }
}
