// What a device can do at most: multiply-adds in registers, and a copy through memory.
//
// Set by the host:
//   VEC  floats in a vector register
#include "common.cl"

#define CHAINS 12

// Each work-item runs CHAINS independent chains, enough to hide the latency of two units: 2 * CHAINS
// * VEC * turns operations. The values converge to 2, so that none becomes infinite or denormal.
__kernel void multiply_add(__global float *out, int turns) {
  vec x[CHAINS];
#pragma unroll
  for (int i = 0; i < CHAINS; i++) {
    x[i] = (vec)(i + (float)get_local_id(0));
  }
  for (int t = 0; t < turns; t++) {
#pragma unroll
    for (int i = 0; i < CHAINS; i++) {
      x[i] = MAD(x[i], (vec)(0.5f), (vec)(1.0f));
    }
  }
  vec sum = (vec)(0.0f);
#pragma unroll
  for (int i = 0; i < CHAINS; i++) {
    sum += x[i];
  }
  out[get_global_id(0)] = lanes_sum(sum);
}

// Copies `count` vectors; each work-item takes every n-th of a span, so that neighbours touch
// neighbours (GPUs) while a work-group stays in its own pages (processors).
__kernel void stream_copy(__global const float *x, __global float *y, int span) {
  const ulong base = (ulong)get_group_id(0) * span * get_local_size(0);
  for (int i = 0; i < span; i++) {
    const ulong at = (base + (ulong)i * get_local_size(0) + get_local_id(0)) * VEC;
    VSTORE_FLOAT(VLOAD_FLOAT(x, at), y, at);
  }
}
