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

// Number i of the rows of VEC columns from `column` on.
static vec elements(__global const stored *raw, __global const float *scale, int column, int i,
                    int unit, int rows, int length, int group) {
  float lanes[VEC];
  for (int v = 0; v < VEC; v++) {
    const int row = row_of(column + v, unit, rows);
    lanes[v] = row < 0 ? 0.0f : element(raw, scale, row, i, length, group);
  }
  return VLOAD_FLOAT(lanes, 0);
}

// [rows, depth, taps] into panels [panels, taps, depth, width]. Global size: (lanes, chunks of the
// depth, panels); a work-item does `chunk` of the depth and every lanes-th vector of the width.
__kernel void to_panels(__global const stored *raw, ulong raw0, __global const float *scale,
                        ulong scale0, __global real *out, ulong out0, int group, int rows,
                        int depth, int taps, int width, int unit, int chunk) {
  raw += raw0;
  scale += scale0;
  const int panel = get_global_id(2);
  const int from = (int)get_global_id(1) * chunk;
  const int step = (int)get_global_size(0) * VEC;
  out += out0 + (ulong)panel * taps * depth * width;
  for (int c = from; c < min(from + chunk, depth); c++) {
    for (int t = 0; t < taps; t++) {
      for (int column = (int)get_global_id(0) * VEC; column < width; column += step) {
        const vec v = elements(raw, scale, panel * width + column, c * taps + t, unit, rows,
                               depth * taps, group);
        VSTORE(v, out, ((ulong)t * depth + c) * width + column);
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
  const int step = (int)get_global_size(0) * VEC;
  const ulong position = (ulong)get_global_size(2) * depth * width;
  out += out0 + (ulong)panel * depth * width;
  for (int c = from; c < min(from + chunk, depth); c++) {
    for (int column = (int)get_global_id(0) * VEC; column < width; column += step) {
      vec half_way[6][3];
      for (int x = 0; x < 3; x++) {
        vec g[3], h[6];
        for (int y = 0; y < 3; y++) {
          g[y] = elements(raw, scale, panel * width + column, c * 9 + y * 3 + x, 0, rows,
                          depth * 9, group);
        }
        KERNEL_TO_DOMAIN(h, g);
        for (int y = 0; y < 6; y++) {
          half_way[y][x] = h[y];
        }
      }
      for (int y = 0; y < 6; y++) {
        vec h[6];
        KERNEL_TO_DOMAIN(h, half_way[y]);
        for (int x = 0; x < 6; x++) {
          VSTORE_FLOAT(h[x], out + (y * 6 + x) * position, (ulong)c * width + column);
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
