// Operations on single elements. The host picks a VEC that divides the innermost extent.
//
// Tunables:
//   VEC  elements of a work-item
#include "activation.cl"

// Global size: elements / VEC, rounded up to the work-group.
__kernel void act_only(__global const real *x, ulong x0, __global real *y, ulong y0, ulong vectors,
                       int act) {
  const ulong i = get_global_id(0);
  if (i < vectors) {
    VSTORE(activate(VLOAD(x, x0 + i * VEC), act), y, y0 + i * VEC);
  }
}

__kernel void scale_offset(__global const real *x, ulong x0, __global real *y, ulong y0,
                           ulong vectors, float factor, float offset) {
  const ulong i = get_global_id(0);
  if (i < vectors) {
    VSTORE(MAD(VLOAD(x, x0 + i * VEC), (vec)(factor), (vec)(offset)), y, y0 + i * VEC);
  }
}

// Rows of 2 * width become rows of width; vectors counts those of the result.
__kernel void geglu(__global const real *x, ulong x0, __global real *y, ulong y0, ulong vectors,
                    int width) {
  const ulong i = get_global_id(0);
  if (i < vectors) {
    const ulong row = i * VEC / width;
    const ulong col = i * VEC % width;
    __global const real *from = x + x0 + row * 2 * width + col;
    VSTORE(VLOAD(from, 0) * gelu(VLOAD(from, width)), y, y0 + i * VEC);
  }
}

// a + b; b has extent 1 where its step is 0. Extents d1 to d4 are a's, innermost last.
__kernel void add(__global const real *a, ulong a0, __global const real *b, ulong b0,
                  __global real *y, ulong y0, ulong vectors, int d1, int d2, int d3, int d4,
                  ulong s0, ulong s1, ulong s2, ulong s3, ulong s4) {
  const ulong i = get_global_id(0);
  if (i < vectors) {
    ulong rest = i * VEC;
    ulong at = (rest % d4) * s4;
    rest /= d4;
    at += (rest % d3) * s3;
    rest /= d3;
    at += (rest % d2) * s2;
    rest /= d2;
    at += (rest % d1) * s1 + (rest / d1) * s0;
    const vec other = s4 ? VLOAD(b, b0 + at) : (vec)(LOAD1(b, b0 + at));
    VSTORE(VLOAD(a, a0 + i * VEC) + other, y, y0 + i * VEC);
  }
}
