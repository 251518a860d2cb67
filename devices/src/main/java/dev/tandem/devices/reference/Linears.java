package dev.tandem.devices.reference;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.Optional;

/** Linear layers over the innermost axis, alone and followed by GEGLU. */
final class Linears {
  private Linears() {}

  static Kernel linear(Node n, Op.Linear op, Values values, Workers workers, float[] out) {
    Optional<float[]> addend =
        op.addend() ? Optional.of(values.of(n.inputs().getLast())) : Optional.empty();
    Optional<float[]> bias = bias(n, op.bias(), values);
    int width = n.shape().dim(-1);
    Epilogue epilogue = new Epilogue(width, bias, addend, op.act(), out);
    return kernel(n, width, values, workers, epilogue, epilogue::finish);
  }

  /** Value and gate are computed side by side; their product is the result. Shazeer 2020. */
  static Kernel gegluLinear(
      Node n, Op.GegluLinear op, Values values, Workers workers, float[] out) {
    int width = n.shape().dim(-1);
    Epilogue wide =
        new Epilogue(2 * width, bias(n, op.bias(), values), Optional.empty(), Activation.NONE, out);
    return kernel(
        n,
        2 * width,
        values,
        workers,
        wide,
        (sums, first, rows) -> {
          for (int r = 0; r < rows; r++) {
            for (int j = 0; j < width; j++) {
              out[(first + r) * width + j] = sums[r][j] * Activations.gelu(sums[r][width + j]);
            }
          }
        });
  }

  /** Turns finished sums into result rows. */
  private interface Finish {
    void rows(float[][] sums, int first, int rows);
  }

  private static Kernel kernel(
      Node n, int width, Values values, Workers workers, Epilogue start, Finish finish) {
    int in = n.input(0).shape().dim(-1);
    int total = Math.toIntExact(n.input(0).shape().rows());
    float[] x = values.of(n.input(0));
    float[][] weights = values.transposed(n, 1, width, in);
    float[][][] sums = Rows.sums(workers, width);
    values.addScratch((long) workers.count() * Rows.BLOCK * width);
    return () ->
        workers.run(
            Rows.blocks(total),
            (worker, block) -> {
              int first = block * Rows.BLOCK;
              int rows = Math.min(Rows.BLOCK, total - first);
              start.start(sums[worker], rows);
              Rows.addProduct(x, first * in, rows, weights, sums[worker]);
              finish.rows(sums[worker], first, rows);
            });
  }

  private static Optional<float[]> bias(Node n, boolean bias, Values values) {
    return bias ? Optional.of(values.of(n.input(2))) : Optional.empty();
  }
}
