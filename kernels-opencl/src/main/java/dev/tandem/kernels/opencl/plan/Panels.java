package dev.tandem.kernels.opencl.plan;

import java.util.Arrays;

/**
 * How a weight matrix is cut into panels of columns for the matrix product: {@code [panels, taps *
 * depth, width]}, zeros beyond the last column.
 *
 * <p>For GEGLU, each {@code unit} columns hold first the values and then the gates of half as many
 * results, so that one work-item has both.
 *
 * @param width columns of a panel
 * @param unit columns of which the first half are values, the second gates; 0 without GEGLU
 */
record Panels(int width, int unit) {

  /** Panels needed for that many weight rows (output channels, or values and gates together). */
  int count(int rows) {
    if (unit == 0) {
      return (rows + width - 1) / width;
    }
    int half = unit / 2;
    int units = (rows / 2 + half - 1) / half;
    return (units * unit + width - 1) / width;
  }

  /** Which weight row is in a column, or -1 for a column of zeros. */
  int row(int column, int rows) {
    if (unit == 0) {
      return column < rows ? column : -1;
    }
    int half = unit / 2;
    int within = column % unit;
    int result = column / unit * half + within % half;
    if (result >= rows / 2) {
      return -1;
    }
    return within < half ? result : rows / 2 + result;
  }

  /** Re-lays {@code [rows, depth, taps]} (a convolution's or, with one tap, a linear layer's). */
  WeightLayout packed(int rows, int depth, int taps) {
    int length = depth * taps;
    int panel = length * width;
    return (from, to) -> {
      float[] columns = new float[panel];
      float[] out = new float[panel];
      for (int p = 0; p < count(rows); p++) {
        readColumns(from, p, rows, length, columns);
        int at = 0;
        for (int t = 0; t < taps; t++) {
          for (int c = 0; c < depth; c++) {
            int element = c * taps + t;
            for (int column = 0; column < width; column++) {
              out[at++] = columns[column * length + element];
            }
          }
        }
        to.write((long) p * panel, out, 0, panel);
      }
    };
  }

  /** Reads the weight rows of a panel's columns, one after another; zeros where there is none. */
  void readColumns(WeightLayout.Source from, int panel, int rows, int length, float[] out) {
    for (int column = 0; column < width; column++) {
      int row = row(panel * width + column, rows);
      if (row < 0) {
        Arrays.fill(out, column * length, (column + 1) * length, 0);
      } else {
        from.read((long) row * length, out, column * length, length);
      }
    }
  }

  /** Re-lays a bias of {@code rows} elements in the order of the columns. */
  WeightLayout packedBias(int rows) {
    return packed(rows, 1, 1);
  }
}
