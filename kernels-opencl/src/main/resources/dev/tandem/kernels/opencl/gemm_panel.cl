// Matrix product and implicit-GEMM convolution for CPU-like devices: a block of MR rows by NR
// columns lives in registers; weights come in panels of NR columns, packed when the graph is
// compiled; activations are read where they lie, one broadcast a row.
//
// Rows are output pixels (or tokens), columns output channels. A linear layer is a convolution of a
// 1 x rows picture by a 1 x 1 kernel. Padding reads `zeros` instead of testing each element.
//
// Work-items run panel by panel over a chunk of rows, so that a core finds the chunk's activations
// in its cache again.
//
// Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication": the micro-kernel.
//
// Tunables, all set by the host from tunables.json:
//   VEC  floats in a vector register: 4 (SSE, NEON), 8 (AVX2), 16 (AVX-512)
//   NV   vectors in a panel; NR = NV * VEC. Even, for GEGLU: first half values, second half gates
//   MR   rows in a block; MR * NV accumulators must fit the registers (6 x 2 of 16, 12 x 2 of 32)
// Set by the host:
//   SWEEP      defined: all row blocks of a work-item, at most so many, go through one tap of the
//              kernel before the next one, for panels too large to be read again for every block
//   POINTWISE  defined: 1 x 1 kernel, stride 1, no padding; row m of the result needs row m of x
#include "epilogue.cl"

#define NR (NV * VEC)

// The bits of the taps 0 .. taps - 1 that lie inside an extent when the first lies at `at`. A kernel
// has at most 63 taps each way.
static ulong taps_inside(int at, int extent, int taps) {
  const int from = clamp(-at, 0, taps);
  const int to = clamp(extent - at, from, taps);
  return ((1UL << to) - 1) & ~((1UL << from) - 1);
}

// Global size: (panels, row chunks, batch). One work-item does `blocks` row blocks of one panel.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void gemm(__global const real *x, ulong x0, ulong x_step,
          __global const real *w, ulong w0, ulong w_step,
          __global const float *bias, ulong bias0, int has_bias,
          __global const real *addend, ulong addend0, int addend_mode,
          __global real *y, ulong y0, ulong y_step,
          __global const real *zeros,
          int rows, int cols, int depth,
          int in_h, int in_w, int out_h, int out_w,
          int kernel_h, int kernel_w, int stride, int pad_top, int pad_left,
          float scale, int act, int geglu, int blocks) {
  const int panel = get_global_id(0);
  const ulong batch = get_global_id(2);
  x += x0 + batch * x_step;
  y += y0 + batch * y_step;
  addend += addend0;
  w += w0 + batch * w_step + (ulong)panel * kernel_h * kernel_w * depth * NR;

  vec b0[NV];
#pragma unroll
  for (int v = 0; v < NV; v++) {
    b0[v] = has_bias ? VLOAD_FLOAT(bias + bias0, panel * NR + v * VEC) : (vec)(0.0f);
  }

#ifdef SWEEP
  vec sums[SWEEP][MR][NV];
  const int sweeps = kernel_h * kernel_w;
#else
  const int sweeps = 1;
#endif
  for (int step = 0; step < sweeps * blocks; step++) {
    const int sweep = step / blocks;
    const int block = step % blocks;
    const int row = ((int)get_global_id(1) * blocks + block) * MR;
    if (row >= rows) {
      continue;
    }
    vec acc[MR][NV];
#pragma unroll
    for (int r = 0; r < MR; r++) {
#pragma unroll
      for (int v = 0; v < NV; v++) {
        acc[r][v] = (vec)(0.0f);
#ifdef SWEEP
        if (sweep > 0) {
          acc[r][v] = sums[block][r][v];
        }
#endif
      }
    }
    __global const real *q = w + (ulong)sweep * depth * NR;
    __global const real *p[MR];
#ifdef POINTWISE
#pragma unroll
    for (int r = 0; r < MR; r++) {
      p[r] = x + (ulong)min(row + r, rows - 1) * depth;
    }
    const int run = depth;
    {
      {
#else
    // Where the kernel's first tap of each row lies, and which taps lie inside the picture: a bit a
    // tap row and a bit a tap column.
    long first[MR];
    ulong in_y[MR], in_x[MR];
    const ulong all_taps = taps_inside(0, kernel_w, kernel_w);
    ulong inside_all = all_taps;
    int picture = row / (out_h * out_w);
    int oy = (row - picture * (out_h * out_w)) / out_w;
    int ox = row % out_w;
#pragma unroll
    for (int r = 0; r < MR; r++) {
      const int top = oy * stride - pad_top;
      const int left = ox * stride - pad_left;
      first[r] = (((long)picture * in_h + top) * in_w + left) * depth;
      in_y[r] = row + r < rows ? taps_inside(top, in_h, kernel_h) : 0;
      in_x[r] = taps_inside(left, in_w, kernel_w);
      inside_all &= in_x[r];
      const bool row_ends = ++ox == out_w;
      ox = row_ends ? 0 : ox;
      oy += row_ends;
      const bool picture_ends = oy == out_h;
      oy = picture_ends ? 0 : oy;
      picture += picture_ends;
    }
    // The taps of a kernel row lie side by side in memory: where none is padding, they are one run.
#ifdef SWEEP
    const int together = 1;
    const int ky_from = sweep / kernel_w, ky_to = ky_from + 1;
    const int kx_from = sweep % kernel_w, kx_to = kx_from + 1;
#else
    const int together = inside_all == all_taps ? kernel_w : 1;
    const int ky_from = 0, ky_to = kernel_h;
    const int kx_from = 0, kx_to = kernel_w;
#endif
    const int run = together * depth;
    for (int ky = ky_from; ky < ky_to; ky++) {
      ulong in_row[MR];
#pragma unroll
      for (int r = 0; r < MR; r++) {
        in_row[r] = (in_y[r] >> ky) & 1 ? in_x[r] : 0;
      }
      for (int kx = kx_from; kx < kx_to; kx += together) {
        const long tap = ((long)ky * in_w + kx) * depth;
#pragma unroll
        for (int r = 0; r < MR; r++) {
          p[r] = (in_row[r] >> kx) & 1 ? x + first[r] + tap : zeros;
        }
#endif
        for (int c = 0; c < run; c++) {
          vec b[NV];
#pragma unroll
          for (int v = 0; v < NV; v++) {
            b[v] = VLOAD(q, v * VEC);
          }
          q += NR;
#pragma unroll
          for (int r = 0; r < MR; r++) {
            const vec a = (vec)(LOAD1(p[r], c));
#pragma unroll
            for (int v = 0; v < NV; v++) {
              acc[r][v] = MAD(a, b[v], acc[r][v]);
            }
          }
        }
      }
    }

#ifdef SWEEP
    if (sweep + 1 < sweeps) {
#pragma unroll
      for (int r = 0; r < MR; r++) {
#pragma unroll
        for (int v = 0; v < NV; v++) {
          sums[block][r][v] = acc[r][v];
        }
      }
      continue;
    }
#endif
#pragma unroll
    for (int r = 0; r < MR; r++) {
      const int m = row + r;
      if (m < rows) {
        if (geglu) {
#pragma unroll
          for (int v = 0; v < NV / 2; v++) {
            const int col = (panel * (NV / 2) + v) * VEC;
            const vec value = acc[r][v] + b0[v];
            const vec gate = acc[r][v + NV / 2] + b0[v + NV / 2];
            store_columns(value * gelu(gate), y, m, cols, col, col + VEC <= cols);
          }
        } else {
#pragma unroll
          for (int v = 0; v < NV; v++) {
            const int col = panel * NR + v * VEC;
            if (col < cols) {
              const bool whole = col + VEC <= cols;
              const vec extra = load_addend(addend, addend_mode, m, out_h * out_w, cols, col, whole);
              const vec sum = MAD(acc[r][v], (vec)(scale), b0[v] + extra);
              store_columns(activate(sum, act), y, m, cols, col, whole);
            }
          }
        }
      }
    }
  }
}
