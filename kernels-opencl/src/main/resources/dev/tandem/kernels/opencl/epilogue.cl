// What happens to a finished sum of products before it is stored: scale, bias, addend, activation.
#include "activation.cl"

// Addend modes: 0 none, 1 of the result's shape, 2 one row a picture, which has `area` rows.
// `whole` is false where the vector reaches beyond the last column.
static vec load_addend(__global const real *addend, int mode, int row, int area, int cols,
                       int col, bool whole) {
  if (mode == 0) {
    return (vec)(0.0f);
  }
  ulong at = (ulong)(mode == 1 ? row : row / area) * cols + col;
  if (whole) {
    return VLOAD(addend, at);
  }
  float lanes[VEC];
  for (int i = 0; i < VEC; i++) {
    lanes[i] = col + i < cols ? LOAD1(addend, at + i) : 0.0f;
  }
  return VLOAD_FLOAT(lanes, 0);
}

// A bias that is not padded to whole vectors.
static vec load_bias(__global const float *bias, int cols, int col, bool whole) {
  if (whole) {
    return VLOAD_FLOAT(bias, col);
  }
  float lanes[VEC];
  for (int i = 0; i < VEC; i++) {
    lanes[i] = col + i < cols ? bias[col + i] : 0.0f;
  }
  return VLOAD_FLOAT(lanes, 0);
}

// Stores a row's vector, as much of it as lies before the last column.
static void store_columns(vec v, __global real *y, ulong row, int cols, int col, bool whole) {
  ulong at = row * cols + col;
  if (whole) {
    VSTORE(v, y, at);
    return;
  }
  float lanes[VEC];
  VSTORE_FLOAT(v, lanes, 0);
  for (int i = 0; i < VEC && col + i < cols; i++) {
    STORE1(lanes[i], y, at + i);
  }
}
