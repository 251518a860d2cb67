// Operations on whole rows: layer normalisation and softmax. LANES work-items share a row.
//
// Ba et al. 2016, "Layer normalization".
//
// Tunables, all set by the host from tunables.json:
//   LANES  work-items of a row: 1 on CPU-like devices, a power of two on GPU-like ones
//   VEC    elements of a load; the host picks one that divides the row
#include "common.cl"


#if LANES == 1
#define GROUP_SUM(v, shared) (v)
#define GROUP_MAX(v, shared) (v)
#else
static float group_sum(float v, __local float *shared) {
  const int lane = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  shared[lane] = v;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int half_way = LANES / 2; half_way > 0; half_way /= 2) {
    if (lane < half_way) {
      shared[lane] += shared[lane + half_way];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  return shared[0];
}

static float group_max(float v, __local float *shared) {
  const int lane = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  shared[lane] = v;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int half_way = LANES / 2; half_way > 0; half_way /= 2) {
    if (lane < half_way) {
      shared[lane] = fmax(shared[lane], shared[lane + half_way]);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  return shared[0];
}
#define GROUP_SUM(v, shared) group_sum(v, shared)
#define GROUP_MAX(v, shared) group_max(v, shared)
#endif

// Global size: rows * LANES; local size LANES.
__kernel __attribute__((reqd_work_group_size(LANES, 1, 1)))
void layer_norm(__global const real *x, ulong x0, __global const float *gamma, ulong gamma0,
                __global const float *beta, ulong beta0, __global real *y, ulong y0, int width,
                float eps) {
  __local float shared[LANES];
  const ulong row = get_group_id(0);
  const int lane = get_local_id(0);
  x += x0 + row * width;
  y += y0 + row * width;
  gamma += gamma0;
  beta += beta0;
  // Counted from the row's first value, so that a large mean costs no accuracy.
  const float first = LOAD1(x, 0);
  vec sum = (vec)(0.0f);
  for (int i = lane * VEC; i < width; i += LANES * VEC) {
    sum += VLOAD(x, i) - first;
  }
  const float mean = GROUP_SUM(lanes_sum(sum), shared) / width;
  vec spread = (vec)(0.0f);
  for (int i = lane * VEC; i < width; i += LANES * VEC) {
    const vec d = VLOAD(x, i) - first - mean;
    spread = MAD(d, d, spread);
  }
  const float inverse = 1.0f / sqrt(GROUP_SUM(lanes_sum(spread), shared) / width + eps);
  for (int i = lane * VEC; i < width; i += LANES * VEC) {
    const vec v = (VLOAD(x, i) - first - mean) * inverse;
    VSTORE(MAD(v, VLOAD_FLOAT(gamma, i), VLOAD_FLOAT(beta, i)), y, i);
  }
}

// Global size: rows * LANES; local size LANES.
__kernel __attribute__((reqd_work_group_size(LANES, 1, 1)))
void softmax(__global const real *x, ulong x0, __global real *y, ulong y0, int width,
             float scale) {
  __local float shared[LANES];
  const ulong row = get_group_id(0);
  const int lane = get_local_id(0);
  x += x0 + row * width;
  y += y0 + row * width;
  vec top = (vec)(-INFINITY);
  for (int i = lane * VEC; i < width; i += LANES * VEC) {
    top = fmax(top, VLOAD(x, i) * scale);
  }
  const float largest = GROUP_MAX(lanes_max(top), shared);
  vec sum = (vec)(0.0f);
  for (int i = lane * VEC; i < width; i += LANES * VEC) {
    sum += exp(VLOAD(x, i) * scale - largest);
  }
  const float inverse = 1.0f / GROUP_SUM(lanes_sum(sum), shared);
  for (int i = lane * VEC; i < width; i += LANES * VEC) {
    VSTORE(exp(VLOAD(x, i) * scale - largest) * inverse, y, i);
  }
}
