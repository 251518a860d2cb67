// Real numbers as whole ones from -127 to 127: x * inverse, rounded to the nearest, half to even.
//
// Tunables:
//   VEC  elements of a work-item; the host picks one that divides the channels
#include "common.cl"

#if VEC == 1
#define TO_CHARS(v) convert_char(v)
#define STORE_CHARS(v, p) (*(p) = (v))
#else
#define TO_CHARS(v) GLUE(convert_char, VEC)(v)
#define STORE_CHARS(v, p) GLUE(vstore, VEC)((v), 0, (p))
#endif

// Global size: elements / VEC, rounded up to the work-group. `scales` is 1 or the channels.
__kernel void quantize(__global const real *x, ulong x0, __global const float *inverse,
                       ulong inverse0, __global char *y, ulong y0, ulong vectors, int scales) {
  const ulong i = get_global_id(0);
  if (i < vectors) {
    inverse += inverse0;
    const vec by = scales == 1 ? (vec)(inverse[0]) : VLOAD_FLOAT(inverse, i * VEC % scales);
    const vec v = rint(VLOAD(x, x0 + i * VEC) * by);
    STORE_CHARS(TO_CHARS(fmin(fmax(v, (vec)(-127.0f)), (vec)(127.0f))), y + y0 + i * VEC);
  }
}
