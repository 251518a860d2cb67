// Faults on purpose: a checker of kernels that stays silent on these checks nothing.
#include "common.cl"

// Two work-items of a group write and read the same local element without a barrier.
__kernel void race(__global float *y) {
  __local float shared[2];
  const int i = get_local_id(0);
  shared[i] = i;
  y[i] = shared[1 - i];
}

// One element beyond the end of a buffer of two.
__kernel void overrun(__global float *y) {
  const int i = get_global_id(0);
  y[i + 1] = i;
}

// The buffer was never written.
__kernel void uninitialized(__global float *y) {
  const int i = get_global_id(0);
  if (y[i] > 0.0f) {
    y[i] = 1.0f;
  }
}
