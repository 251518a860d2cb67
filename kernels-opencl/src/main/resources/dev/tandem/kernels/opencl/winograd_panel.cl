// Winograd convolution F(4x4, 3x3) for CPU-like devices, all in one: a work-item takes a group of
// tiles into the Winograd domain, multiplies them there by a few panels of weights, and takes the
// results back. What lies between stays in local memory, which such devices keep in a core's cache.
// For convolutions whose domain does not fit there, see winograd.cl.
//
// Lavin and Gray 2015, "Fast algorithms for convolutional neural networks", section 4.1 and F(4,3).
//
// Tunables:
//   VEC  floats in a vector register; divides the input channels
//   NV   vectors in a panel; NR = NV * VEC
//   MR   tiles in a block; MR * NV accumulators must fit the registers, MR divides the group
#include "epilogue.cl"
#include "winograd_transform.cl"

#ifndef NV
#define NV 2
#endif
#ifndef MR
#define MR 8
#endif
#define NR (NV * VEC)

// A tile of x into the domain: u[position * step], VEC channels.
static void to_domain(__global const real *x, int iy0, int ix0, int in_h, int in_w, int depth,
                      __local float *u, int step) {
  vec half_way[6][6];
#pragma unroll
  for (int i = 0; i < 6; i++) {
    const int ix = ix0 + i;
    vec column[6], out[6];
#pragma unroll
    for (int j = 0; j < 6; j++) {
      const int iy = iy0 + j;
      column[j] = (vec)(0.0f);
      if (iy >= 0 && iy < in_h && ix >= 0 && ix < in_w) {
        column[j] = VLOAD(x, ((ulong)iy * in_w + ix) * depth);
      }
    }
    TO_DOMAIN(out, column);
#pragma unroll
    for (int j = 0; j < 6; j++) {
      half_way[j][i] = out[j];
    }
  }
#pragma unroll
  for (int j = 0; j < 6; j++) {
    vec out[6];
    TO_DOMAIN(out, half_way[j]);
#pragma unroll
    for (int i = 0; i < 6; i++) {
      VSTORE_FLOAT(out[i], u, (j * 6 + i) * step);
    }
  }
}

// Global size: (panel groups, tile groups). u: [36, group, depth] floats, v: [36, group, NR] floats.
// w: [36, panels, depth, NR] floats. A group is `group` tiles, a multiple of MR.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void winograd(__global const real *x, ulong x0, __global const float *w, ulong w0,
              __global const float *bias, ulong bias0, int has_bias,
              __global const real *addend, ulong addend0, int addend_mode,
              __global real *y, ulong y0, __local float *u, __local float *v,
              int in_h, int in_w, int depth, int out_h, int out_w, int cols, int pad_top,
              int pad_left, int tiles_y, int tiles_x, int tiles, int group, int panels,
              int panels_each, int act) {
  const int first = get_global_id(1) * group;
  const int last_panel = min(((int)get_global_id(0) + 1) * panels_each, panels);
  x += x0;
  w += w0;
  bias += bias0;
  addend += addend0;
  y += y0;

  for (int t = 0; t < group; t++) {
    const int tile = min(first + t, tiles - 1); // beyond the last tile: anything, never used
    const int picture = tile / (tiles_y * tiles_x);
    const int ty = tile / tiles_x % tiles_y;
    const int tx = tile % tiles_x;
    for (int c = 0; c < depth; c += VEC) {
      to_domain(x + (ulong)picture * in_h * in_w * depth + c, ty * 4 - pad_top, tx * 4 - pad_left,
                in_h, in_w, depth, u + t * depth + c, group * depth);
    }
  }

  for (int panel = get_global_id(0) * panels_each; panel < last_panel; panel++) {
    for (int position = 0; position < 36; position++) {
      for (int t = 0; t < group; t += MR) {
        __local const float *a = u + (position * group + t) * depth;
        __global const float *b = w + (ulong)(position * panels + panel) * depth * NR;
        vec acc[MR][NV];
#pragma unroll
        for (int r = 0; r < MR; r++) {
#pragma unroll
          for (int n = 0; n < NV; n++) {
            acc[r][n] = (vec)(0.0f);
          }
        }
        for (int c = 0; c < depth; c++) {
          vec row[NV];
#pragma unroll
          for (int n = 0; n < NV; n++) {
            row[n] = VLOAD_FLOAT(b, c * NR + n * VEC);
          }
#pragma unroll
          for (int r = 0; r < MR; r++) {
            const vec from = (vec)(a[r * depth + c]);
#pragma unroll
            for (int n = 0; n < NV; n++) {
              acc[r][n] = MAD(from, row[n], acc[r][n]);
            }
          }
        }
#pragma unroll
        for (int r = 0; r < MR; r++) {
#pragma unroll
          for (int n = 0; n < NV; n++) {
            VSTORE_FLOAT(acc[r][n], v, (position * group + t + r) * NR + n * VEC);
          }
        }
      }
    }

    for (int i = 0; i < group * NV; i++) {
      const int t = i / NV;
      const int n = i % NV;
      const int tile = first + t;
      const int col = panel * NR + n * VEC;
      if (tile >= tiles || col >= cols) {
        continue;
      }
      const int picture = tile / (tiles_y * tiles_x);
      const int ty = tile / tiles_x % tiles_y;
      const int tx = tile % tiles_x;
      const bool whole = col + VEC <= cols;
      const vec offset = has_bias ? load_bias(bias, cols, col, whole) : (vec)(0.0f);
      vec half_way[4][6];
#pragma unroll
      for (int k = 0; k < 6; k++) {
        vec column[6], out[4];
#pragma unroll
        for (int j = 0; j < 6; j++) {
          column[j] = VLOAD_FLOAT(v, ((j * 6 + k) * group + t) * NR + n * VEC);
        }
        FROM_DOMAIN(out, column);
#pragma unroll
        for (int j = 0; j < 4; j++) {
          half_way[j][k] = out[j];
        }
      }
#pragma unroll
      for (int j = 0; j < 4; j++) {
        vec out[4];
        FROM_DOMAIN(out, half_way[j]);
        const int oy = ty * 4 + j;
#pragma unroll
        for (int k = 0; k < 4; k++) {
          const int ox = tx * 4 + k;
          if (oy < out_h && ox < out_w) {
            const int row = (picture * out_h + oy) * out_w + ox;
            const vec extra = load_addend(addend, addend_mode, row, out_h * out_w, cols, col, whole);
            store_columns(activate(out[k] + offset + extra, act), y, row, cols, col, whole);
          }
        }
      }
    }
  }
}
