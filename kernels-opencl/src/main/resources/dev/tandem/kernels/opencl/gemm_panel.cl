// Matrix product and implicit-GEMM convolution for CPU-like devices: a block of MR rows by NR
// columns lives in registers; weights come in panels of NR columns, packed when the graph is
// compiled; activations are read where they lie, one broadcast a row.
//
// Rows are output pixels (or tokens), columns output channels. A linear layer is a convolution of a
// 1 x rows picture by a 1 x 1 kernel. Padding reads `zeros` instead of testing each element.
//
// Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication": the micro-kernel.
//
// Tunables:
//   VEC  floats in a vector register: 4 (SSE, NEON), 8 (AVX2), 16 (AVX-512)
//   NV   vectors in a panel; NR = NV * VEC. Even, for GEGLU: first half values, second half gates
//   MR   rows in a block; MR * NV accumulators must fit the registers (6 x 2 of 16, 12 x 2 of 32)
#include "epilogue.cl"

#ifndef NV
#define NV 2
#endif
#ifndef MR
#define MR 6
#endif
#define NR (NV * VEC)

// Global size: (row chunks, panels, batch). One work-item does `blocks` row blocks of one panel.
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
  const int panel = get_global_id(1);
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

  for (int block = 0; block < blocks; block++) {
    const int row = ((int)get_global_id(0) * blocks + block) * MR;
    if (row >= rows) {
      return;
    }
    vec acc[MR][NV];
    int picture[MR], top[MR], left[MR];
#pragma unroll
    for (int r = 0; r < MR; r++) {
#pragma unroll
      for (int v = 0; v < NV; v++) {
        acc[r][v] = (vec)(0.0f);
      }
      const int m = row + r;
      picture[r] = m / (out_h * out_w);
      const int pixel = m - picture[r] * (out_h * out_w);
      // A row beyond the last lies above every picture, so that it reads zeros.
      top[r] = m < rows ? (pixel / out_w) * stride - pad_top : -(1 << 28);
      left[r] = (pixel % out_w) * stride - pad_left;
    }

    __global const real *q = w;
    for (int ky = 0; ky < kernel_h; ky++) {
      for (int kx = 0; kx < kernel_w; kx++) {
        __global const real *p[MR];
#pragma unroll
        for (int r = 0; r < MR; r++) {
          const int iy = top[r] + ky;
          const int ix = left[r] + kx;
          const bool inside = iy >= 0 && iy < in_h && ix >= 0 && ix < in_w;
          p[r] = inside ? x + (((ulong)picture[r] * in_h + iy) * in_w + ix) * depth : zeros;
        }
        for (int c = 0; c < depth; c++) {
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
              const vec extra = load_addend(addend, addend_mode, m, picture[r], cols, col, whole);
              const vec sum = MAD(acc[r][v], (vec)(scale), b0[v] + extra);
              store_columns(activate(sum, act), y, m, cols, col, whole);
            }
          }
        }
      }
    }
  }
}
