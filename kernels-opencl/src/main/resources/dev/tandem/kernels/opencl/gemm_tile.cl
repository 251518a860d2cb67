// Matrix product and implicit-GEMM convolution for GPU-like devices: a work-group computes TM rows
// by NR columns through tiles in local memory; a work-item holds WM rows by VEC columns in
// registers. Same arguments and same packed weights (panels of NR columns) as gemm_panel.cl.
//
// Tunables:
//   LM, LN  work-items along rows and columns of a tile; the work-group has LM * LN of them
//   WM      rows of a work-item; TM = LM * WM
//   VEC     columns of a work-item; NR = LN * VEC. Even, for GEGLU: first half values, second gates
//   TK      depth of a tile; local memory holds (TM + NR) * TK floats (plus padding)
// LM * LN divides TM * TK and NR * TK, so that every work-item loads as much as the others.
#include "epilogue.cl"

#ifndef LM
#define LM 16
#endif
#ifndef LN
#define LN 16
#endif
#ifndef WM
#define WM 4
#endif
#ifndef TK
#define TK 16
#endif
#define TM (LM * WM)
#define NR (LN * VEC)
#define ITEMS (LM * LN)

// Global size: (row tiles * LN, panels * LM, batch); local size (LN, LM, 1).
__kernel __attribute__((reqd_work_group_size(LN, LM, 1)))
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
  __local float xs[TK][TM + 1];
  __local float ws[TK][NR];
  const int ln = get_local_id(0);
  const int lm = get_local_id(1);
  const int item = lm * LN + ln;
  const int row0 = (int)get_group_id(0) * TM;
  const int panel = get_group_id(1);
  const ulong batch = get_global_id(2);
  x += x0 + batch * x_step;
  y += y0 + batch * y_step;
  addend += addend0;
  w += w0 + batch * w_step + (ulong)panel * kernel_h * kernel_w * depth * NR;

  vec acc[WM];
#pragma unroll
  for (int r = 0; r < WM; r++) {
    acc[r] = (vec)(0.0f);
  }
  const int area = out_h * out_w;

  for (int ky = 0; ky < kernel_h; ky++) {
    for (int kx = 0; kx < kernel_w; kx++) {
      for (int c0 = 0; c0 < depth; c0 += TK) {
        for (int i = item; i < TM * TK; i += ITEMS) {
          const int c = i % TK;
          const int r = i / TK;
          const int m = row0 + r;
          const int picture = m / area;
          const int pixel = m - picture * area;
          const int iy = (pixel / out_w) * stride - pad_top + ky;
          const int ix = (pixel % out_w) * stride - pad_left + kx;
          const bool inside = m < rows && c0 + c < depth && iy >= 0 && iy < in_h && ix >= 0 &&
                              ix < in_w;
          xs[c][r] =
              inside ? LOAD1(x, (((ulong)picture * in_h + iy) * in_w + ix) * depth + c0 + c) : 0.0f;
        }
        for (int i = item; i < NR * TK; i += ITEMS) {
          const int n = i % NR;
          const int c = i / NR;
          ws[c][n] =
              c0 + c < depth
                  ? LOAD1(w, ((ulong)(ky * kernel_w + kx) * depth + c0 + c) * NR + n)
                  : 0.0f;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int c = 0; c < TK; c++) {
          const vec b = VLOAD_FLOAT(&ws[c][0], ln * VEC);
#pragma unroll
          for (int r = 0; r < WM; r++) {
            acc[r] = MAD((vec)(xs[c][lm + r * LM]), b, acc[r]);
          }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
      }
    }
  }

  const vec b0 = has_bias ? VLOAD_FLOAT(bias + bias0, panel * NR + ln * VEC) : (vec)(0.0f);
#pragma unroll
  for (int r = 0; r < WM; r++) {
    const int m = row0 + lm + r * LM;
    if (m < rows) {
      if (geglu) {
        float sums[VEC];
        VSTORE_FLOAT(acc[r] + b0, sums, 0);
        for (int i = 0; i < VEC / 2; i++) {
          const int col = (panel * LN + ln) * (VEC / 2) + i;
          const float gate = sums[i + VEC / 2];
          if (col < cols) {
            const float g = 0.5f * gate * (1.0f + erf(gate * 0.70710678118654752f));
            STORE1(sums[i] * g, y, (ulong)m * cols + col);
          }
        }
      } else {
        const int col = panel * NR + ln * VEC;
        if (col < cols) {
          const bool whole = col + VEC <= cols;
          const vec extra = load_addend(addend, addend_mode, m, area, cols, col, whole);
          const vec sum = MAD(acc[r], (vec)(scale), b0 + extra);
          store_columns(activate(sum, act), y, m, cols, col, whole);
        }
      }
    }
  }
}
