// Matrix product and implicit-GEMM convolution for GPU-like devices: a work-group computes TM rows
// by NR columns through tiles in local memory; a work-item holds WM rows by WN vectors of VEC
// columns in registers. Same arguments and same packed weights (panels of NR columns) as
// gemm_panel.cl.
//
// Neighbours along LN own neighbouring vectors, so that they read local memory side by side. A
// work-item loads the same rows of every tile: where they lie is computed once a kernel tap.
//
// Tunables, all set by the host from tunables.json:
//   LM, LN  work-items along rows and columns of a tile; the work-group has LM * LN of them
//   WM      rows of a work-item; TM = LM * WM
//   WN      vectors of a work-item; NR = LN * WN * VEC. Even, for GEGLU: first half values, second
//           half gates
//   VEC     columns of a vector
//   TK      depth of a tile; local memory holds TM * (TK + 4) + NR * TK values
//   LOAD    values that a work-item loads at once, at most: the host takes less (X_LOAD, W_LOAD)
//           where that would not divide the depth, or a work-item's share of a tile
// LM * LN divides TM * TK and NR * TK, so that every work-item loads as much as the others.
// Set by the host:
//   POINTWISE  defined: 1 x 1 kernel, stride 1, no padding; row m of the result needs row m of x
//   ARITH_F16  see tile.cl
#include "epilogue.cl"
#include "tile.cl"

#define TM (LM * WM)
#define NR (LN * WN * VEC)
#define ITEMS (LM * LN)
#define XS (TK + 4)
#define WHOLE(col) (VEC == 1 || (col) + VEC <= cols)
// Loads of a row of x, and a work-item's turns of loading x and w.
#define ROW_LOADS (TK / X_LOAD)
#define X_TURNS ((TM * ROW_LOADS + ITEMS - 1) / ITEMS)
#define W_TURNS ((NR * TK / W_LOAD + ITEMS - 1) / ITEMS)

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
  __local arith xs[TM * XS];
  __local arith ws[TK * NR];
  const int ln = get_local_id(0);
  const int lm = get_local_id(1);
  const int item = lm * LN + ln;
  const int row0 = (int)get_group_id(0) * TM;
  const int panel = get_group_id(1);
  const ulong batch = get_global_id(2);
  const int taps = kernel_h * kernel_w;
  const int area = out_h * out_w;
  x += x0 + batch * x_step;
  y += y0 + batch * y_step;
  addend += addend0;
  w += w0 + batch * w_step + (ulong)panel * taps * depth * NR;

  // What this work-item loads of x: X_TURNS rows, `step` apart, from the same channels of each.
  const int load_c = item % ROW_LOADS * X_LOAD;
  const int load_r = item / ROW_LOADS;
  const int step = ITEMS / ROW_LOADS;
  __global const real *p[X_TURNS];
#ifdef POINTWISE
#pragma unroll
  for (int i = 0; i < X_TURNS; i++) {
    const int m = row0 + load_r + i * step;
    p[i] = m < rows ? x + (ulong)m * depth : zeros;
  }
#else
  long first[X_TURNS];
  int top[X_TURNS], left[X_TURNS];
#pragma unroll
  for (int i = 0; i < X_TURNS; i++) {
    const int m = row0 + load_r + i * step;
    const int picture = m / area;
    const int pixel = m - picture * area;
    const int oy = pixel / out_w;
    // A row beyond the last one lies outside whatever the tap.
    top[i] = m < rows ? oy * stride - pad_top : -kernel_h;
    left[i] = (pixel - oy * out_w) * stride - pad_left;
    first[i] = (((long)picture * in_h + top[i]) * in_w + left[i]) * depth;
  }
#endif

  vec acc[WM][WN];
#pragma unroll
  for (int r = 0; r < WM; r++) {
#pragma unroll
    for (int v = 0; v < WN; v++) {
      acc[r][v] = (vec)(0.0f);
    }
  }

#ifdef POINTWISE
  {
#else
  for (int tap = 0; tap < taps; tap++) {
    const int ky = tap / kernel_w;
    const int kx = tap - ky * kernel_w;
#pragma unroll
    for (int i = 0; i < X_TURNS; i++) {
      const bool inside = (uint)(top[i] + ky) < (uint)in_h && (uint)(left[i] + kx) < (uint)in_w;
      p[i] = inside ? x + (first[i] + ((long)ky * in_w + kx) * depth) : zeros;
    }
#endif
    for (int c0 = 0; c0 < depth; c0 += TK) {
#pragma unroll
      for (int i = 0; i < X_TURNS; i++) {
        // Beyond the depth, zeros, which lie wherever a work-item looks for them.
        const int c = c0 + load_c;
        __global const real *from = c < depth ? p[i] + c : zeros;
        COPY(X_LOAD, from, xs + (load_r + i * step) * XS + load_c);
      }
#pragma unroll
      for (int i = 0; i < W_TURNS; i++) {
        const int at = (item + i * ITEMS) * W_LOAD;
        // Beyond the depth, anything finite does: it meets zeros of x.
        const int row = min(c0 + at / NR, depth - 1);
        COPY(W_LOAD, w + (ulong)row * NR + at % NR, ws + at);
      }
      barrier(CLK_LOCAL_MEM_FENCE);
#ifdef ARITH_F16
      avec sum[WM][WN];
#pragma unroll
      for (int r = 0; r < WM; r++) {
#pragma unroll
        for (int v = 0; v < WN; v++) {
          sum[r][v] = (avec)(0);
        }
      }
#else
#define sum acc
#endif
#pragma unroll 4
      for (int c = 0; c < TK; c++) {
        avec b[WN];
#pragma unroll
        for (int v = 0; v < WN; v++) {
          b[v] = TILE_VLOAD(ws, c * NR + (v * LN + ln) * VEC);
        }
#pragma unroll
        for (int r = 0; r < WM; r++) {
          const avec a = (avec)(xs[(lm + r * LM) * XS + c]);
#pragma unroll
          for (int v = 0; v < WN; v++) {
            sum[r][v] = TILE_MAD(a, b[v], sum[r][v]);
          }
        }
      }
#ifdef ARITH_F16
#pragma unroll
      for (int r = 0; r < WM; r++) {
#pragma unroll
        for (int v = 0; v < WN; v++) {
          acc[r][v] += TO_FLOAT(sum[r][v]);
        }
      }
#else
#undef sum
#endif
      barrier(CLK_LOCAL_MEM_FENCE);
    }
    w += (ulong)depth * NR;
  }

#pragma unroll
  for (int r = 0; r < WM; r++) {
    const int m = row0 + lm + r * LM;
    if (m >= rows) {
      continue;
    }
    if (geglu) {
#pragma unroll
      for (int v = 0; v < WN / 2; v++) {
        const int at = (v * LN + ln) * VEC;
        const int col = panel * (NR / 2) + at;
        if (col < cols) {
          vec value = acc[r][v];
          vec gate = acc[r][v + WN / 2];
          if (has_bias) {
            value += VLOAD_FLOAT(bias + bias0, panel * NR + at);
            gate += VLOAD_FLOAT(bias + bias0, panel * NR + NR / 2 + at);
          }
          store_columns(value * gelu(gate), y, m, cols, col, WHOLE(col));
        }
      }
    } else {
#pragma unroll
      for (int v = 0; v < WN; v++) {
        const int col = panel * NR + (v * LN + ln) * VEC;
        if (col < cols) {
          const bool whole = WHOLE(col);
          const vec b = has_bias ? VLOAD_FLOAT(bias + bias0, col) : (vec)(0.0f);
          const vec extra = load_addend(addend, addend_mode, m, area, cols, col, whole);
          const vec total = MAD(acc[r][v], (vec)(scale), b + extra);
          store_columns(activate(total, act), y, m, cols, col, whole);
        }
      }
    }
  }
}
