// Winograd convolution F(4x4, 3x3), stride 1: tiles of 6 x 6 inputs become 4 x 4 results with 36
// multiplications a channel instead of 144. The sums over channels are 36 matrix products (gemm).
//
// Lavin and Gray 2015, "Fast algorithms for convolutional neural networks", section 4.1 and F(4,3).
//
// Tunables:
//   VEC  channels of a work-item; the host picks one that divides the channels
#include "epilogue.cl"
#include "winograd_transform.cl"

// Global size: (channels / VEC, tiles along x, tiles along y * batch).
// domain: [36, tiles, channels] floats.
__kernel void winograd_input(__global const real *x, ulong x0, __global float *domain,
                             ulong domain0, int in_h, int in_w, int channels, int tiles_y,
                             int pad_top, int pad_left) {
  const int c = get_global_id(0) * VEC;
  const int tx = get_global_id(1);
  const int ty = get_global_id(2) % tiles_y;
  const ulong picture = get_global_id(2) / tiles_y;
  const ulong tile = get_global_id(2) * get_global_size(1) + tx;
  const ulong tiles = get_global_size(2) * get_global_size(1);
  x += x0 + picture * in_h * in_w * channels + c;
  vec half_way[6][6];
#pragma unroll
  for (int i = 0; i < 6; i++) {
    const int ix = tx * 4 - pad_left + i;
    vec column[6], out[6];
#pragma unroll
    for (int j = 0; j < 6; j++) {
      const int iy = ty * 4 - pad_top + j;
      const bool inside = iy >= 0 && iy < in_h && ix >= 0 && ix < in_w;
      column[j] = (vec)(0.0f);
      if (inside) {
        column[j] = VLOAD(x, ((ulong)iy * in_w + ix) * channels);
      }
    }
    TO_DOMAIN(out, column);
#pragma unroll
    for (int j = 0; j < 6; j++) {
      half_way[j][i] = out[j];
    }
  }
  domain += domain0 + tile * channels + c;
#pragma unroll
  for (int j = 0; j < 6; j++) {
    vec out[6];
    TO_DOMAIN(out, half_way[j]);
#pragma unroll
    for (int i = 0; i < 6; i++) {
      VSTORE_FLOAT(out[i], domain, (j * 6 + i) * tiles * channels);
    }
  }
}

// Global size: (cols / VEC, tiles along x, tiles along y * batch).
// domain: [36, tiles, cols] floats.
__kernel void winograd_output(__global const float *domain, ulong domain0,
                              __global const float *bias, ulong bias0, int has_bias,
                              __global const real *addend, ulong addend0, int addend_mode,
                              __global real *y, ulong y0, int out_h, int out_w, int cols,
                              int tiles_y, int act) {
  const int col = get_global_id(0) * VEC;
  const int tx = get_global_id(1);
  const int ty = get_global_id(2) % tiles_y;
  const ulong picture = get_global_id(2) / tiles_y;
  const ulong tile = get_global_id(2) * get_global_size(1) + tx;
  const ulong tiles = get_global_size(2) * get_global_size(1);
  domain += domain0 + tile * cols + col;
  y += y0;
  addend += addend0;
  vec half_way[4][6];
#pragma unroll
  for (int i = 0; i < 6; i++) {
    vec column[6], out[4];
#pragma unroll
    for (int j = 0; j < 6; j++) {
      column[j] = VLOAD_FLOAT(domain, (j * 6 + i) * tiles * cols);
    }
    FROM_DOMAIN(out, column);
#pragma unroll
    for (int j = 0; j < 4; j++) {
      half_way[j][i] = out[j];
    }
  }
  const vec b = has_bias ? VLOAD_FLOAT(bias + bias0, col) : (vec)(0.0f);
#pragma unroll
  for (int j = 0; j < 4; j++) {
    vec out[4];
    FROM_DOMAIN(out, half_way[j]);
    const int oy = ty * 4 + j;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      const int ox = tx * 4 + i;
      if (oy < out_h && ox < out_w) {
        const int row = ((int)picture * out_h + oy) * out_w + ox;
        const vec extra = load_addend(addend, addend_mode, row, out_h * out_w, cols, col, true);
        store_columns(activate(out[i] + b + extra, act), y, row, cols, col, true);
      }
    }
  }
}
