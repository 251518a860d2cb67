// Weights as their file has them, row by row, for kernels that read them in another order or type:
// unpacked into memory that the next operation overwrites.
//
// Set by the host:
//   STORED  how they are stored: 0 F32, 1 F16, 2 BF16, 3 whole numbers of 8 bits with scales, 4 of
//           4 bits, the first of two in the low half of a byte, each with 8 added
//   BYTES   defined: real numbers may lie at any byte, as files have them that do not align them
//   VEC     columns of a vector; divides the panel's width
// A row of a scaled weight has ceil(length / group) scales, one for each `group` numbers.
#include "common.cl"
#include "winograd_transform.cl"

#if defined(BYTES) && STORED < 3
// Little-endian; compilers make one load of it.
typedef uchar stored;
#define TWO(i) ((uint)raw[i] | (uint)raw[(i) + 1] << 8)
#if STORED == 0
#define NUMBER(i) as_float(TWO(4 * (i)) | TWO(4 * (i) + 2) << 16)
#elif STORED == 1
static float half_of(ushort bits) { return vload_half(0, (const half *)&bits); }
#define NUMBER(i) half_of((ushort)TWO(2 * (i)))
#else
#define NUMBER(i) as_float(TWO(2 * (i)) << 16)
#endif
#elif STORED == 0
typedef float stored;
#define NUMBER(i) (raw[i])
#elif STORED == 1
typedef half stored;
#define NUMBER(i) vload_half((i), raw)
#elif STORED == 2
typedef ushort stored;
#define NUMBER(i) as_float((uint)raw[i] << 16)
#else
typedef char stored;
#endif

// Number i of a row.
static float element(__global const stored *raw, __global const float *scale, int row, int i,
                     int length, int group) {
#if STORED < 3
  return NUMBER((ulong)row * length + i);
#else
  const float by = scale[(ulong)row * ((length + group - 1) / group) + i / group];
#if STORED == 3
  return raw[(ulong)row * length + i] * by;
#else
  const int pair = raw[(ulong)row * ((length + 1) / 2) + i / 2];
  return ((pair >> (i % 2 * 4) & 15) - 8) * by;
#endif
#endif
}

// The weight's row that a panel's column holds, or -1 for zeros: dev.tandem ... Panels.row.
static int row_of(int column, int unit, int rows) {
  if (unit == 0) {
    return column < rows ? column : -1;
  }
  const int within = column % unit;
  const int result = column / unit * (unit / 2) + within % (unit / 2);
  return result >= rows / 2 ? -1 : within < unit / 2 ? result : rows / 2 + result;
}

// Of the depth, input channels that are brought into the domain in one piece: 9 numbers of each
// make whole squares.
#define STRIP VEC

#if VEC >= 4
#define OF(type) GLUE(type, VEC)
#if STORED == 0
typedef vec stored_vec;
#define REALS(v) (v)
#elif STORED == 1
typedef OF(ushort) stored_vec;
// By whole numbers: vload_half is computed lane by lane on some platforms. The bias of the exponent
// is 127 instead of 15; 0 in it makes the fraction count 2^-24ths, the highest is an infinity or none.
static vec reals(stored_vec halves) {
  const OF(uint) bits = OF(convert_uint)(halves);
  const OF(uint) size = bits & 0x7fffu;
  const OF(uint) normal = (size << 13) + (112u << 23);
  const OF(uint) tiny = OF(as_uint)(OF(convert_float)(OF(as_int)(size)) * 0x1p-24f);
  const OF(uint) most = normal + (112u << 23);
  const OF(uint) result = size < 0x400u ? tiny : size < 0x7c00u ? normal : most;
  return OF(as_float)(result | (bits & 0x8000u) << 16);
}
#define REALS(v) reals(v)
#elif STORED == 2
typedef OF(ushort) stored_vec;
#define REALS(v) OF(as_float)(OF(convert_uint)(v) << 16)
#endif

#if STORED < 3
// At any byte.
typedef struct __attribute__((packed)) { stored_vec v; } loose;
#else
#if VEC == 4
#define PAIRS(type) GLUE(type, 2)
#elif VEC == 8
#define PAIRS(type) GLUE(type, 4)
#else
#define PAIRS(type) GLUE(type, 8)
#endif

// The factors of numbers i to i + VEC of a row.
static vec scales(__global const float *scale, int i, int group) {
  if (i / group == (i + VEC - 1) / group) {
    return (vec)(scale[i / group]);
  }
  float lanes[VEC];
  for (int k = 0; k < VEC; k++) {
    lanes[k] = scale[(i + k) / group];
  }
  return VLOAD_FLOAT(lanes, 0);
}
#endif

// Numbers i to i + VEC of a row, which has them; i is even.
static vec whole_run(__global const stored *raw, __global const float *scale, int row, int i,
                     int length, int group) {
#if STORED < 3
  const ulong at = (ulong)row * length + i;
#ifdef BYTES
  return REALS(((__global const loose *)(raw + at * (sizeof(stored_vec) / VEC)))->v);
#else
  return REALS(((__global const loose *)(raw + at))->v);
#endif
#else
  const vec by = scales(scale + (ulong)row * ((length + group - 1) / group), i, group);
#if STORED == 3
  return OF(convert_float)(OF(vload)(0, raw + ((ulong)row * length + i))) * by;
#else
  __global const uchar *pairs = (__global const uchar *)raw + (ulong)row * ((length + 1) / 2);
  const PAIRS(int) two = PAIRS(convert_int)(PAIRS(vload)(0, pairs + i / 2));
  vec v = (vec)(0.0f);
  v.even = PAIRS(convert_float)((two & 15) - 8);
  v.odd = PAIRS(convert_float)((two >> 4) - 8);
  return v * by;
#endif
#endif
}
#endif

// Numbers i to i + VEC of a row; zeros beyond its end and for row -1.
static vec run_of_row(__global const stored *raw, __global const float *scale, int row, int i,
                      int length, int group) {
  if (row < 0) {
    return (vec)(0.0f);
  }
#if VEC >= 4
  if (i + VEC <= length) {
    return whole_run(raw, scale, row, i, length, group);
  }
#endif
  float lanes[VEC];
  for (int k = 0; k < VEC; k++) {
    lanes[k] = i + k < length ? element(raw, scale, row, i + k, length, group) : 0.0f;
  }
  return VLOAD_FLOAT(lanes, 0);
}

// out[k] = number i + k of VEC rows, each read in one piece; i is even, and rows that are -1 and
// numbers beyond the end are zeros. The square is transposed by dealing its two halves into each
// other, log2(VEC) times.
static void block(__global const stored *raw, __global const float *scale, const int *row, int i,
                  int length, int group, vec *out) {
#pragma unroll
  for (int v = 0; v < VEC; v++) {
    out[v] = run_of_row(raw, scale, row[v], i, length, group);
  }
#if VEC > 1
#pragma unroll
  for (int n = 1; n < VEC; n *= 2) {
    vec dealt[VEC];
#pragma unroll
    for (int v = 0; v < VEC / 2; v++) {
      const vec a = out[v], b = out[v + VEC / 2];
      vec lower = a, upper = a;
      lower.even = a.lo;
      lower.odd = b.lo;
      upper.even = a.hi;
      upper.odd = b.hi;
      dealt[2 * v] = lower;
      dealt[2 * v + 1] = upper;
    }
#pragma unroll
    for (int v = 0; v < VEC; v++) {
      out[v] = dealt[v];
    }
  }
#endif
}

// [rows, depth, taps] into panels [panels, taps, depth, width]. Global size: (lanes, chunks of the
// depth, panels); a work-item does `chunk` of the depth, an even number, and every lanes-th vector
// of the width.
__kernel void to_panels(__global const stored *raw, ulong raw0, __global const float *scale,
                        ulong scale0, __global real *out, ulong out0, int group, int rows,
                        int depth, int taps, int width, int unit, int chunk) {
  raw += raw0;
  scale += scale0;
  const int panel = get_global_id(2);
  const int from = (int)get_global_id(1) * chunk;
  const int end = min(from + chunk, depth) * taps;
  const int step = (int)get_global_size(0) * VEC;
  out += out0 + (ulong)panel * taps * depth * width;
  for (int column = (int)get_global_id(0) * VEC; column < width; column += step) {
    int row[VEC];
    for (int v = 0; v < VEC; v++) {
      row[v] = row_of(panel * width + column + v, unit, rows);
    }
    int c = from, t = 0;
    for (int i = from * taps; i < end; i += VEC) {
      vec numbers[VEC];
      block(raw, scale, row, i, depth * taps, group, numbers);
#pragma unroll
      for (int k = 0; k < VEC; k++) {
        if (i + k < end) {
          VSTORE(numbers[k], out, ((ulong)t * depth + c) * width + column);
          const bool last = ++t == taps;
          t = last ? 0 : t;
          c += last;
        }
      }
    }
  }
}

// Kernels [rows, depth, 3, 3] in the Winograd domain, G g G^T: [36, panels, depth, width], 32-bit
// floats. Global size as of to_panels.
__kernel void to_winograd(__global const stored *raw, ulong raw0, __global const float *scale,
                          ulong scale0, __global float *out, ulong out0, int group, int rows,
                          int depth, int width, int chunk) {
  raw += raw0;
  scale += scale0;
  const int panel = get_global_id(2);
  const int from = (int)get_global_id(1) * chunk;
  const int to = min(from + chunk, depth);
  const int step = (int)get_global_size(0) * VEC;
  const ulong position = (ulong)get_global_size(2) * depth * width;
  out += out0 + (ulong)panel * depth * width;
  for (int column = (int)get_global_id(0) * VEC; column < width; column += step) {
    int row[VEC];
    for (int v = 0; v < VEC; v++) {
      row[v] = row_of(panel * width + column + v, 0, rows);
    }
    for (int start = from; start < to; start += STRIP) {
      vec kernels[9 * STRIP];
      for (int n = 0; n < 9 * STRIP; n += VEC) {
        block(raw, scale, row, start * 9 + n, depth * 9, group, kernels + n);
      }
      // Row by row of the domain: six places to write to at once, not 36 that may be at addresses
      // of one set of the cache.
#pragma unroll
      for (int y = 0; y < 6; y++) {
        for (int c = start; c < min(start + STRIP, to); c++) {
          const vec *kernel_of = kernels + (c - start) * 9;
          vec half_way[3];
#pragma unroll
          for (int x = 0; x < 3; x++) {
            const vec g[3] = {kernel_of[x], kernel_of[x + 3], kernel_of[x + 6]};
            vec h[6];
            KERNEL_TO_DOMAIN(h, g);
            half_way[x] = h[y];
          }
          vec h[6];
          KERNEL_TO_DOMAIN(h, half_way);
          for (int x = 0; x < 6; x++) {
            VSTORE_FLOAT(h[x], out + (y * 6 + x) * position, (ulong)c * width + column);
          }
        }
      }
    }
  }
}

// Rows of a table: y[r] = table[ids[r]]. The host checks ids that come from outside.
__kernel void take_rows(__global const int *ids, ulong ids0, __global const stored *raw, ulong raw0,
                        __global const float *scale, ulong scale0, __global real *y, ulong y0,
                        int group, ulong elements, int width, int rows) {
  const ulong i = get_global_id(0);
  if (i < elements) {
    const int row = clamp(ids[ids0 + i / width], 0, rows - 1);
    STORE1(element(raw + raw0, scale + scale0, row, i % width, width, group), y, y0 + i);
  }
}
