package dev.tandem.kernels.opencl;

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
  float[] pack(float[] w, int rows, int depth, int taps) {
    int panels = count(rows);
    float[] out = new float[Math.toIntExact((long) panels * taps * depth * width)];
    for (int column = 0; column < panels * width; column++) {
      int row = row(column, rows);
      if (row < 0) {
        continue;
      }
      int base = column / width * taps * depth * width + column % width;
      for (int c = 0; c < depth; c++) {
        for (int t = 0; t < taps; t++) {
          out[base + (t * depth + c) * width] = w[(row * depth + c) * taps + t];
        }
      }
    }
    return out;
  }

  /** Re-lays a bias of {@code rows} elements in the order of the columns. */
  float[] packBias(float[] bias) {
    float[] out = new float[count(bias.length) * width];
    for (int column = 0; column < out.length; column++) {
      int row = row(column, bias.length);
      out[column] = row < 0 ? 0 : bias[row];
    }
    return out;
  }
}
