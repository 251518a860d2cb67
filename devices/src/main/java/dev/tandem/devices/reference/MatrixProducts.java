package dev.tandem.devices.reference;

import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.Arrays;

/** Batched product of two computed matrices. */
final class MatrixProducts {
  private MatrixProducts() {}

  static Kernel matMul(Node n, Op.MatMul op, Values values, Workers workers, float[] out) {
    float[] a = values.of(n.input(0));
    float[] b = values.of(n.input(1));
    Shape shape = n.shape();
    int m = shape.dim(-2);
    int width = shape.dim(-1);
    int k = n.input(0).shape().dim(-1);
    int batches = Math.toIntExact(shape.elements() / ((long) m * width));
    float[][] rows = new float[k][width];
    float[][][] sums = Rows.sums(workers, width);
    values.addScratch((long) k * width + (long) workers.count() * Rows.BLOCK * width);
    return () -> {
      for (int batch = 0; batch < batches; batch++) {
        int item = batch;
        rowsOf(b, item * k * width, op.transposeB(), rows);
        workers.run(
            Rows.blocks(m),
            (worker, block) -> {
              int first = block * Rows.BLOCK;
              int count = Math.min(Rows.BLOCK, m - first);
              float[][] sum = sums[worker];
              for (int r = 0; r < count; r++) {
                Arrays.fill(sum[r], 0);
              }
              Rows.addProduct(a, (item * m + first) * k, count, rows, sum);
              for (int r = 0; r < count; r++) {
                for (int j = 0; j < width; j++) {
                  out[(item * m + first + r) * width + j] = op.scale() * sum[r][j];
                }
              }
            });
      }
    };
  }

  private static void rowsOf(float[] b, int at, boolean transposed, float[][] rows) {
    int k = rows.length;
    for (int i = 0; i < k; i++) {
      int width = rows[i].length;
      for (int j = 0; j < width; j++) {
        rows[i][j] = b[at + (transposed ? j * k + i : i * width + j)];
      }
    }
  }
}
