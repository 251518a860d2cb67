// Sinusoidal timestep embedding; the frequencies come from the host.
#include "common.cl"

// Global size: (half, batch). Vaswani et al. 2017, section 3.5.
__kernel void timestep(__global const float *t, ulong t0, __global const float *freq, ulong freq0,
                       __global real *y, ulong y0, int half_dim, int cos_first) {
  const int i = get_global_id(0);
  const ulong batch = get_global_id(1);
  const float angle = t[t0 + batch] * freq[freq0 + i];
  y += y0 + batch * 2 * half_dim;
  STORE1(sin(angle), y, cos_first ? half_dim + i : i);
  STORE1(cos(angle), y, cos_first ? i : half_dim + i);
}
