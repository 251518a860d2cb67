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
 * Group norm with activation. oneDNN's own is slow for groups of few NHWC channels, so: Java finds
 * the moments of each channel and merges those of each group, and one binary primitive applies them
 * and the activation.
 */
final class GroupNorms {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  /** A thread takes at least so many floats: handing over fewer costs what is saved. */
  private static final long FLOATS_EACH = 128 << 10;

  private GroupNorms() {}

  /**
   * One norm.
   *
   * @param result the norm itself, or its value rounded
   */
  static List<Kernel> groupNorm(Lowering low, Node n, Op.GroupNorm g, Result result) {
    Statistics stats = new Statistics(low, n, g);
    List<Kernel> kernels = new ArrayList<>();
    kernels.add(low.team().kernel(stats.batch * stats.parts, stats::measure));
    kernels.add(stats::merge);
    for (int b = 0; b < stats.batch; b++) {
      kernels.add(apply(low, n, g, stats, b, result));
    }
    return kernels;
  }

  /**
   * {@code act((x - center) * factor + offset)}: the center first, for the mean may be far from 0.
   */
  private static Kernel apply(
      Lowering low, Node n, Op.GroupNorm g, Statistics stats, int b, Result result) {
    Primitives p = low.primitives();
    long item = (long) stats.pixels * stats.channels;
    long matrix = p.layout(stats.pixels, stats.channels);
    long row = p.layout(1, stats.channels);
    PostOps post =
        PostOps.none()
            .binary(OneDnn.BINARY_MUL, row, stats.row(stats.factor, b))
            .binary(OneDnn.BINARY_ADD, row, stats.row(stats.offset, b))
            .activation(g.act());
    return Elementwise.binary(
        p,
        OneDnn.BINARY_SUB,
        new Operand(matrix, low.place(n.input(0)).plusFloats(b * item)),
        new Operand(row, stats.row(stats.center, b)),
        new Operand(
            result.matrix(stats.pixels, stats.channels),
            result.row((long) b * stats.pixels, stats.channels)),
        result.after(post));
  }

  /** The moments of each part of the pixels, and what they come to for each channel. */
  private static final class Statistics {
    private final Op.GroupNorm op;
    private final int batch;
    private final int pixels;
    private final int channels;
    private final int parts;
    private final MemorySegment x;
    private final MemorySegment gamma;
    private final MemorySegment beta;
    private final MemorySegment center;
    private final MemorySegment factor;
    private final MemorySegment offset;
    private final double[] means; // [batch, part, channel]
    private final double[] spreads;
    private final float[] gammas;
    private final float[] betas;
    private final float[] centers;

    Statistics(Lowering low, Node n, Op.GroupNorm op) {
      this.op = op;
      Shape s = n.shape();
      batch = s.dim(0);
      channels = s.dim(3);
      pixels = s.dim(1) * s.dim(2);
      parts = Math.clamp((long) pixels * channels / FLOATS_EACH, 1, low.team().size());
      x = low.memory(n.input(0));
      gamma = low.memory(n.input(1));
      beta = low.memory(n.input(2));
      Primitives p = low.primitives();
      long bytes = (long) batch * channels * Float.BYTES;
      center = p.permanent(bytes);
      factor = p.permanent(bytes);
      offset = p.permanent(bytes);
      means = new double[batch * parts * channels];
      spreads = new double[batch * parts * channels];
      gammas = new float[channels];
      betas = new float[channels];
      centers = new float[channels];
    }

    Place row(MemorySegment table, int b) {
      return Place.at(table.address()).plusFloats((long) b * channels);
    }

    private int first(int part) {
      return (int) ((long) pixels * part / parts);
    }

    /** Moments of part {@code i % parts} of picture {@code i / parts}. */
    void measure(int i, Workspace workspace) {
      long start = (long) (i / parts) * pixels * channels * Float.BYTES;
      int part = i % parts;
      workspace
          .moments()
          .measure(x, start, first(part), first(part + 1), means, spreads, i * channels, channels);
    }

    /** Copies whole rows: single accesses to native memory are slow until they are compiled. */
    void merge() {
      int size = channels / op.groups();
      for (int b = 0; b < batch; b++) {
        MemorySegment.copy(gamma, F32, 0, gammas, 0, channels);
        MemorySegment.copy(beta, F32, 0, betas, 0, channels);
        for (int c = 0; c < channels; c += size) {
          group(b, c, c + size);
        }
        store(centers, center, b);
        store(gammas, factor, b);
        store(betas, offset, b);
      }
    }

    private void store(float[] from, MemorySegment to, int b) {
      MemorySegment.copy(from, 0, to, F32, (long) b * channels * Float.BYTES, channels);
    }

    /** Replaces gammas and betas of a group's channels by factors and offsets. */
    private void group(int b, int first, int end) {
      double sum = 0;
      for (int p = 0; p < parts; p++) {
        for (int c = first; c < end; c++) {
          sum += means[(b * parts + p) * channels + c] * (first(p + 1) - first(p));
        }
      }
      double count = (double) pixels * (end - first);
      double mean = sum / count;
      double spread = 0;
      for (int p = 0; p < parts; p++) {
        int at = (b * parts + p) * channels;
        for (int c = first; c < end; c++) {
          double d = means[at + c] - mean;
          spread += spreads[at + c] + d * d * (first(p + 1) - first(p));
        }
      }
      double scale = 1 / Math.sqrt(spread / count + op.eps());
      float rounded = (float) mean;
      for (int c = first; c < end; c++) {
        double f = gammas[c] * scale;
        centers[c] = rounded;
        gammas[c] = (float) f;
        betas[c] = (float) (betas[c] + (rounded - mean) * f);
      }
    }
  }
}
