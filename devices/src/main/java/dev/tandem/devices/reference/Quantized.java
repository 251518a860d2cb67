package dev.tandem.devices.reference;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.Arrays;
import java.util.Optional;

/**
 * Products of whole numbers from -127 to 127 with sums in 32 bits, and the rounding that makes such
 * numbers. Whole numbers stand in arrays of floats, which hold them exactly.
 */
final class Quantized {
  private static final float LARGEST = 127;

  private Quantized() {}

  static Kernel quantize(Node n, Values values, Workers workers, float[] out) {
    float[] x = values.of(n.input(0));
    float[] inverse = values.scales(n, 1);
    return () ->
        Elementwise.inPieces(
            workers,
            out.length,
            (from, to) -> {
              for (int i = from; i < to; i++) {
                float y = x[i] * inverse[i % inverse.length];
                out[i] = Math.clamp((float) Math.rint(y), -LARGEST, LARGEST);
              }
            });
  }

  static Kernel conv2d(Node n, Op.QuantizedConv2d op, Values values, Workers workers, float[] out) {
    Convolutions c = new Convolutions(n, op.stride(), op.padding());
    float[] x = values.of(n.input(0));
    int[][] weights = whole(c.relaid(values.constant(n, 1)));
    Rest rest = new Rest(op.bias(), op.addend(), op.act());
    return kernel(n, rest, weights, values, workers, out, (row, to) -> c.patch(x, row, to, 0));
  }

  static Kernel linear(Node n, Op.QuantizedLinear op, Values values, Workers workers, float[] out) {
    float[] x = values.of(n.input(0));
    int in = n.input(0).shape().dim(-1);
    int[][] weights = whole(values.transposed(n, 1, n.shape().dim(-1), in));
    Rest rest = new Rest(op.bias(), op.addend(), op.act());
    return kernel(
        n,
        rest,
        weights,
        values,
        workers,
        out,
        (row, to) -> System.arraycopy(x, row * in, to, 0, in));
  }

  /** What follows the sum. */
  private record Rest(boolean bias, boolean addend, Activation act) {}

  /** Copies the operands of one row of results. */
  private interface Operands {
    void copy(int row, float[] to);
  }

  private static Kernel kernel(
      Node n,
      Rest rest,
      int[][] weights,
      Values values,
      Workers workers,
      float[] out,
      Operands operands) {
    int width = n.shape().dim(-1);
    int rows = Math.toIntExact(n.shape().rows());
    float[] scale = values.scales(n, 2);
    Optional<float[]> bias = rest.bias() ? Optional.of(values.of(n.input(3))) : Optional.empty();
    Optional<float[]> addend =
        rest.addend() ? Optional.of(values.of(n.inputs().getLast())) : Optional.empty();
    Epilogue epilogue = new Epilogue(width, bias, addend, rest.act(), out);
    values.addScratch((long) workers.count() * Rows.BLOCK * (weights.length + width));
    return () ->
        workers.run(
            Rows.blocks(rows),
            (_, block) -> {
              float[] row = new float[weights.length];
              int[] sum = new int[width];
              float[][] result = new float[1][width];
              int first = block * Rows.BLOCK;
              for (int r = first; r < Math.min(rows, first + Rows.BLOCK); r++) {
                operands.copy(r, row);
                sum(row, weights, sum);
                epilogue.start(result, 1);
                for (int j = 0; j < width; j++) {
                  result[0][j] += scale[j] * sum[j];
                }
                epilogue.finish(result, r, 1);
              }
            });
  }

  private static void sum(float[] row, int[][] weights, int[] sum) {
    Arrays.fill(sum, 0);
    for (int i = 0; i < row.length; i++) {
      int x = (int) row[i];
      int[] w = weights[i];
      for (int j = 0; j < sum.length; j++) {
        sum[j] += x * w[j];
      }
    }
  }

  private static int[][] whole(float[][] weights) {
    int[][] out = new int[weights.length][weights[0].length];
    for (int i = 0; i < out.length; i++) {
      for (int j = 0; j < out[i].length; j++) {
        out[i][j] = (int) weights[i][j];
      }
    }
    return out;
  }
}
