// Operations that only move elements. The host picks a VEC that divides every run of elements.
//
// Tunables:
//   VEC  elements of a work-item
#include "common.cl"

// Joins runs of `left` and `right` elements. Global size: ((left + right) / VEC, runs).
__kernel void concat(__global const real *a, ulong a0, __global const real *b, ulong b0,
                     __global real *y, ulong y0, ulong left, ulong right) {
  const ulong at = get_global_id(0) * VEC;
  const ulong run = get_global_id(1);
  const vec v = at < left ? VLOAD(a, a0 + run * left + at) : VLOAD(b, b0 + run * right + at - left);
  VSTORE(v, y, y0 + run * (left + right) + at);
}

// Nearest-neighbour resampling. Global size: (channels / VEC, out_w, out_h * batch).
__kernel void resample(__global const real *x, ulong x0, __global real *y, ulong y0, int channels,
                       int in_h, int in_w, int out_h) {
  const int c = get_global_id(0) * VEC;
  const int ox = get_global_id(1);
  const int out_w = get_global_size(1);
  const int oy = (int)get_global_id(2) % out_h;
  const ulong picture = (int)get_global_id(2) / out_h;
  const ulong iy = (ulong)oy * in_h / out_h;
  const ulong ix = (ulong)ox * in_w / out_w;
  VSTORE(VLOAD(x, x0 + ((picture * in_h + iy) * in_w + ix) * channels + c), y,
         y0 + (get_global_id(2) * out_w + ox) * channels + c);
}

// Rows of a table: y[r] = table[clamp(ids[r]) + r * step]. With step 0 an embedding, with step
// `tokens` one row of each batch item. The host checks ids that come from outside.
__kernel void take_rows(__global const int *ids, ulong ids0, __global const real *table,
                        ulong table0, __global real *y, ulong y0, ulong vectors, int width,
                        int rows, int step) {
  const ulong i = get_global_id(0) * VEC;
  if (get_global_id(0) < vectors) {
    const ulong r = i / width;
    const ulong row = clamp(ids[ids0 + r], 0, rows - 1) + r * step;
    VSTORE(VLOAD(table, table0 + row * width + i % width), y, y0 + i);
  }
}

// Between the caller's 32-bit floats and what the device stores.
__kernel void from_floats(__global const float *x, ulong x0, __global real *y, ulong y0,
                          ulong vectors) {
  const ulong i = get_global_id(0);
  if (i < vectors) {
    VSTORE(VLOAD_FLOAT(x, x0 + i * VEC), y, y0 + i * VEC);
  }
}

__kernel void to_floats(__global const real *x, ulong x0, __global float *y, ulong y0,
                        ulong vectors) {
  const ulong i = get_global_id(0);
  if (i < vectors) {
    VSTORE_FLOAT(VLOAD(x, x0 + i * VEC), y, y0 + i * VEC);
  }
}
