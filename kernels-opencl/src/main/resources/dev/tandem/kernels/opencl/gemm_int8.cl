// Matrix product and implicit-GEMM convolution of whole numbers from -127 to 127, for all devices:
// exact sums in 32 bits, then what gemm_panel.cl does with its sums, with a scale for each column.
//
// A work-item holds MR rows by NV vectors of columns in registers and reads activations where they
// lie. On processors a work-group is one work-item. On GPU-like devices its LN work-items own
// neighbouring vectors, so that they read a panel side by side, and its LM ones read it together.
//
// Weights come in panels of NR columns. Of each column, PACK numbers along the depth lie side by
// side: [panels, taps, ceil(depth / PACK), NR, PACK], zeros beyond the last one.
//
// Tunables, all set by the host from tunables.json:
//   VEC  columns of a vector: 1, 2, 4 or 8
//   NV   vectors of a work-item; NR = NV * LN * VEC
//   MR   rows of a work-item
//   LN   work-items along columns, LM along rows
// Set by the host:
//   PACK       2, or 4 with DOT
//   DOT        defined: four products at once by cl_khr_integer_dot_product, or by plain code of
//              the same result where the compiler has no such function
//   POINTWISE  defined: 1 x 1 kernel, stride 1, no padding; row m of the result needs row m of x
#include "epilogue.cl"

#define NR (NV * LN * VEC)

#if VEC == 1
typedef int ivec;
#define TO_FLOATS(v) ((float)(v))
#else
typedef GLUE(int, VEC) ivec;
#define TO_FLOATS(v) GLUE(convert_float, VEC)(v)
#endif

#ifdef DOT
// Four products along the depth: a number of a row or a column is one of 32 bits.
typedef uint numbers;
#if VEC == 1
typedef uint columns;
#else
typedef GLUE(uint, VEC) columns;
#endif
#ifdef cl_khr_integer_dot_product
#pragma OPENCL EXTENSION cl_khr_integer_dot_product : enable
#endif
#ifdef __opencl_c_integer_dot_product_input_4x8bit_packed
#define DOT4(a, b) dot_4x8packed_ss_int(a, b)
#else
static int dot4(uint a, uint b) {
  const int4 p = convert_int4(as_char4(a)) * convert_int4(as_char4(b));
  return (p.x + p.y) + (p.z + p.w);
}
#define DOT4(a, b) dot4(a, b)
#endif

static columns load_columns(__global const char *p) {
  columns b;
  for (int i = 0; i < VEC; i++) {
    ((uint *)&b)[i] = as_uint(vload4(i, p));
  }
  return b;
}

static ivec multiply(uint a, columns b, ivec sum) {
  for (int i = 0; i < VEC; i++) {
    ((int *)&sum)[i] += DOT4(a, ((uint *)&b)[i]);
  }
  return sum;
}

static uint load_numbers(__global const char *p) { return as_uint(vload4(0, p)); }

static uint load_last(__global const char *p, int left) {
  return as_uint((char4)(p[0], left > 1 ? p[1] : 0, left > 2 ? p[2] : 0, 0));
}
#else
// Two products along the depth: a pair of a row or a column is two of 16 bits, so that processors
// which multiply 16-bit pairs into 32-bit sums do so.
typedef short2 numbers;
#define PAIRS GLUE(short, COLUMN_PAIRS)
#if VEC == 1
#define COLUMN_PAIRS 2
#elif VEC == 2
#define COLUMN_PAIRS 4
#elif VEC == 4
#define COLUMN_PAIRS 8
#else
#define COLUMN_PAIRS 16
#endif
typedef PAIRS columns;

#if VEC == 1
#define WIDE(v) ((int)(v))
#else
#define WIDE(v) GLUE(convert_int, VEC)(v)
#endif

static columns load_columns(__global const char *p) {
  return GLUE(convert_short, COLUMN_PAIRS)(GLUE(vload, COLUMN_PAIRS)(0, p));
}

// Compilers do not find this instruction by themselves.
#if defined(__AVX2__) && defined(__has_builtin) && VEC == 8
#if __has_builtin(__builtin_ia32_pmaddwd256)
#define PAIR_PRODUCTS
typedef short short_pairs __attribute__((__vector_size__(32)));
#endif
#endif

static ivec multiply(short2 a, columns b, ivec sum) {
#ifdef PAIR_PRODUCTS
  const short16 row = (short16)(a, a, a, a, a, a, a, a);
  return sum + __builtin_astype(
                   __builtin_ia32_pmaddwd256(__builtin_astype(row, short_pairs),
                                             __builtin_astype(b, short_pairs)), int8);
#else
  return sum + ((ivec)((int)a.x) * WIDE(b.even) + (ivec)((int)a.y) * WIDE(b.odd));
#endif
}

static short2 load_numbers(__global const char *p) { return convert_short2(vload2(0, p)); }

static short2 load_last(__global const char *p, int left) { return (short2)(p[0], 0); }
#endif

// PACK numbers of each column times those of each row.
#define STEP(NUMBERS)                                            \
  do {                                                           \
    columns b[NV];                                               \
    _Pragma("unroll") for (int v = 0; v < NV; v++) {             \
      b[v] = load_columns(q + (v * LN + ln) * (VEC * PACK));     \
    }                                                            \
    q += NR * PACK;                                              \
    _Pragma("unroll") for (int r = 0; r < MR; r++) {             \
      const numbers a = NUMBERS;                                 \
      _Pragma("unroll") for (int v = 0; v < NV; v++) {           \
        acc[r][v] = multiply(a, b[v], acc[r][v]);                \
      }                                                          \
    }                                                            \
  } while (0)

// Global size: (panels * LN, row chunks * LM). A work-item does `blocks` row blocks of one panel.
__kernel __attribute__((reqd_work_group_size(LN, LM, 1)))
void gemm(__global const char *x, ulong x0,
          __global const char *w, ulong w0,
          __global const float *scale, ulong scale0,
          __global const float *bias, ulong bias0, int has_bias,
          __global const real *addend, ulong addend0, int addend_mode,
          __global real *y, ulong y0,
          __global const char *zeros,
          int rows, int cols, int depth,
          int in_h, int in_w, int out_h, int out_w,
          int kernel_h, int kernel_w, int stride, int pad_top, int pad_left,
          int act, int blocks) {
  const int ln = get_local_id(0);
  const int panel = get_group_id(0);
  const int steps = (depth + PACK - 1) / PACK;
  x += x0;
  y += y0;
  addend += addend0;
  w += w0 + (ulong)panel * kernel_h * kernel_w * steps * NR * PACK;

  for (int block = 0; block < blocks; block++) {
    const int row = ((int)get_global_id(1) * blocks + block) * MR;
    if (row >= rows) {
      return;
    }
    ivec acc[MR][NV];
#pragma unroll
    for (int r = 0; r < MR; r++) {
#pragma unroll
      for (int v = 0; v < NV; v++) {
        acc[r][v] = (ivec)(0);
      }
    }
    __global const char *q = w;
    __global const char *p[MR];
#ifdef POINTWISE
#pragma unroll
    for (int r = 0; r < MR; r++) {
      p[r] = x + (ulong)min(row + r, rows - 1) * depth;
    }
    {
      {
#else
    long first[MR];
    int top[MR], left[MR];
#pragma unroll
    for (int r = 0; r < MR; r++) {
      const int m = row + r;
      const int picture = m / (out_h * out_w);
      const int pixel = m - picture * (out_h * out_w);
      const int oy = pixel / out_w;
      // A row beyond the last one lies outside whatever the tap.
      top[r] = m < rows ? oy * stride - pad_top : -kernel_h;
      left[r] = (pixel - oy * out_w) * stride - pad_left;
      first[r] = (((long)picture * in_h + top[r]) * in_w + left[r]) * depth;
    }
    for (int ky = 0; ky < kernel_h; ky++) {
      for (int kx = 0; kx < kernel_w; kx++) {
#pragma unroll
        for (int r = 0; r < MR; r++) {
          const bool inside = (uint)(top[r] + ky) < (uint)in_h && (uint)(left[r] + kx) < (uint)in_w;
          p[r] = inside ? x + (first[r] + ((long)ky * in_w + kx) * depth) : zeros;
        }
#endif
        for (int c = 0; c < depth / PACK; c++) {
          STEP(load_numbers(p[r] + c * PACK));
        }
        if (depth % PACK > 0) {
          STEP(load_last(p[r] + depth / PACK * PACK, depth % PACK));
        }
      }
    }

#pragma unroll
    for (int r = 0; r < MR; r++) {
      const int m = row + r;
      if (m < rows) {
#pragma unroll
        for (int v = 0; v < NV; v++) {
          const int col = panel * NR + (v * LN + ln) * VEC;
          if (col < cols) {
            const bool whole = col + VEC <= cols;
            const vec b = has_bias ? VLOAD_FLOAT(bias + bias0, col) : (vec)(0.0f);
            const vec extra = load_addend(addend, addend_mode, m, out_h * out_w, cols, col, whole);
            const vec s = VLOAD_FLOAT(scale + scale0, col);
            store_columns(activate(MAD(s, TO_FLOATS(acc[r][v]), b + extra), act), y, m, cols, col,
                          whole);
          }
        }
      }
    }
  }
}
